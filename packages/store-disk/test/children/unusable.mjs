// Tries all that would make the folder, and prints how it went: argv dir.
import { diskStore } from '@persist/store-disk'

const adapter = diskStore(process.argv[2])
const store = adapter.open('f')
const methods = {
  set: () => store.set({ hash: 'a-hash', payload: '', createdAt: 1 }),
  lease: () => store.lease('b-hash', 1000).release(),
  record: () => store.tagFence.record('red'),
  ping: () => adapter.ping(),
}
for (const [name, method] of Object.entries(methods)) {
  try {
    method()
    console.log(`${name} done`)
  } catch (error) {
    console.log(`${name} ${error.code} ${error.message}`)
  }
}
