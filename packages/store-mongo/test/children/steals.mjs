// Steals the leases that its input names, each line a hash and an id; says "<hash> taken" or "<hash> refused": URL NAMESPACE
import { createInterface } from 'node:readline'
import { mongoStore } from '@persist/store-mongo'

const [url, namespace] = process.argv.slice(2)
const store = mongoStore(url).open(namespace)
await store.get('h')
console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const [hash, steal] = line.split(' ')
  console.log(`${hash} ${(await store.lease(hash, 60_000, { steal })) === undefined ? 'refused' : 'taken'}`)
}
