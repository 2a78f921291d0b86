// Writes entry after entry into the store of argv, and prints each, until a line comes.
import { lmdbStore } from '@persist/store-lmdb'

const [folder, namespace] = process.argv.slice(2)
const adapter = lmdbStore(folder, { flush: false })
const store = adapter.open(namespace)
let goesOn = true
process.stdin.once('data', () => {
  goesOn = false
})
let written = 0
while (goesOn) {
  for (let count = 0; count < 50; count++)
    store.set({ hash: `${written}`, payload: `${written++}`.repeat(300), createdAt: 1 })
  await new Promise((resolve) => setImmediate(resolve))
}
await adapter.close()
console.log(`written ${written}`)
process.exit()
