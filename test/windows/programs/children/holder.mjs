// Takes a lease and keeps it, as a process or as a worker: argv dir ms.
import { parentPort } from 'node:worker_threads'
import { diskStore } from '@persist/store-disk'

const [dir, ms] = process.argv.slice(2)
const lease = diskStore(dir).open('f').lease('a-hash', Number(ms))
const word = lease === undefined ? 'held' : 'mine'
if (parentPort === null) console.log(word)
else parentPort.postMessage(word)
setInterval(() => {}, 1000)
