// Opens the store of argv, and writes once on a signal: the lines "ready" and "written".
import { lmdbStore } from '@persist/store-lmdb'

const store = lmdbStore(process.argv[2], { flush: false }).open('f')
store.set({ hash: 'open', payload: '', createdAt: 1 })
console.log('ready')
process.stdin.once('data', () => {
  store.set({ hash: 'written', payload: '', createdAt: 2 })
  console.log('written')
  process.exit()
})
