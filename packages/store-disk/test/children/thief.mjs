// Steals the lease whose id comes on standard input, publishes, and prints the outcome: argv dir hash.
import { createInterface } from 'node:readline'
import { diskStore } from '@persist/store-disk'

const [, , dir, hash] = process.argv
const store = diskStore(dir).open('f')
createInterface({ input: process.stdin }).on('line', (id) => {
  const lease = store.lease(hash, 60_000, { steal: id })
  const published = lease?.publish({ hash, payload: id, createdAt: 1 })
  console.log(`${id} ${published ? 'published' : 'nothing'}`)
})
console.log('ready')
