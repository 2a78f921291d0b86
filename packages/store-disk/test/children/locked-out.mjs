// As a user for whom the folder is out of reach: argv dir.
import { diskStore } from '@persist/store-disk'

process.setgroups([])
process.setgid(65534)
process.setuid(65534)
const adapter = diskStore(process.argv[2])
const store = adapter.open('f')
const verbs = {
  get: () => store.get('a-hash'),
  ping: () => adapter.ping(),
  set: () => store.set({ hash: 'a-hash', payload: 'new', createdAt: 1 }),
}
for (const [name, verb] of Object.entries(verbs)) {
  try {
    console.log(`${name} done ${verb()}`)
  } catch (error) {
    console.log(`${name} ${error.code} ${error.cause.code}`)
  }
}
