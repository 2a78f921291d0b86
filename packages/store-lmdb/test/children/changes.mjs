// In a worker thread: writes, deletes and writes again, on a signal, with time to see each.
import { parentPort, workerData } from 'node:worker_threads'
import { lmdbStore } from '@persist/store-lmdb'

const store = lmdbStore(workerData.folder, { flush: false }).open('f')
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
store.get('h')
parentPort.once('message', () => {
  pause()
  store.set({ hash: 'h', payload: 'new', createdAt: 2 })
  pause()
  store.delete('h')
  pause()
  store.set({ hash: 'another', payload: 'x', createdAt: 3 })
  parentPort.on('message', () => {})
})
parentPort.postMessage('ready')
