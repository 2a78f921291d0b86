// In a worker thread: takes the lease and keeps it, until it is terminated.
import { parentPort, workerData } from 'node:worker_threads'
import { diskStore } from '@persist/store-disk'

const lease = diskStore(workerData.dir).open('f').lease('a-hash', 60_000)
parentPort.postMessage(lease === undefined ? 'held' : 'mine')
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
