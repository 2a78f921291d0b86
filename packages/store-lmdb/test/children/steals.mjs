// Steals the leases of the store of argv that its input names, each line a hash and an id: the lines "taken" and "refused".
import { createInterface } from 'node:readline'
import { lmdbStore } from '@persist/store-lmdb'

const store = lmdbStore(process.argv[2], { flush: false }).open('f')
store.get('h')
console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const [hash, steal] = line.split(' ')
  console.log(store.lease(hash, 60_000, { steal }) === undefined ? 'refused' : 'taken')
}
