// Prints `ready`, waits for a line on stdin, calls a slow function through the cache, and ends by itself: argv cache computeMs x.
// Prints `computing` and `value <value>`.
import { once } from 'node:events'
import { persist } from '@persist/core'

const [cache, computeMs, x] = process.argv.slice(2)
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
const slow = persist(
  (number) => {
    console.log('computing')
    sleep(Number(computeMs))
    return `${number} by ${process.pid}`
  },
  { funcname: 'slow', cache },
)
console.log('ready')
await once(process.stdin, 'data')
process.stdin.destroy()
console.log(`value ${await slow(Number(x))}`)
