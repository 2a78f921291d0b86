// Tries all that would make the folder, and tells how it went: argv dir.
import { diskStore } from '@persist/store-disk'

const adapter = diskStore(process.argv[2])
const store = adapter.open('f')
const verbs = {
  set: () => store.set({ hash: 'a-hash', payload: '', createdAt: 1 }),
  lease: () => store.lease('b-hash', 1000).release(),
  record: () => store.tagFence.record('red'),
  ping: () => adapter.ping(),
}
for (const [name, verb] of Object.entries(verbs)) {
  try {
    verb()
    console.log(`${name} done`)
  } catch (error) {
    console.log(`${name} ${error.code} ${error.message}`)
  }
}
