// As a user for whom the folder is out of reach: argv dir.
import { diskStore } from '@persist/store-disk'

process.setgroups([])
process.setgid(65534)
process.setuid(65534)
const adapter = diskStore(process.argv[2])
const store = adapter.open('f')
const methods = {
  get: () => store.get('a-hash'),
  ping: () => adapter.ping(),
  set: () => store.set({ hash: 'a-hash', payload: 'new', createdAt: 1 }),
}
for (const [name, method] of Object.entries(methods)) {
  try {
    console.log(`${name} done ${method()}`)
  } catch (error) {
    console.log(`${name} ${error.code} ${error.cause.code}`)
  }
}
