// A small loop over get, lease and publish, as a caller of the store has it: argv dir hash computing leaseMs. It computes
// for so many milliseconds, or until the file of this path exists.
// Prints `ready`, begins at a line on stdin, and prints `computing`, `fenced` and `value <payload>`.
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { diskStore } from '@persist/store-disk'

const [dir, hash, computing, leaseMs] = process.argv.slice(2)
const store = diskStore(dir).open('f')
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
console.log('ready')
await once(process.stdin, 'data')
process.stdin.destroy()
console.log(`value ${memo()}`)

function memo() {
  for (let pause = 2; ; pause = Math.min(pause * 1.6, 100)) {
    const hit = store.get(hash)
    if (hit !== undefined) return hit.payload
    const lease = store.lease(hash, Number(leaseMs))
    if (lease !== undefined) {
      const again = store.get(hash)
      if (again !== undefined) {
        lease.release()
        return again.payload
      }
      console.log('computing')
      compute()
      const payload = `by ${process.pid}`
      if (!lease.publish({ hash, payload, createdAt: Date.now() })) console.log('fenced')
      return payload
    }
    sleep(pause * (0.5 + Math.random()))
  }
}

function compute() {
  if (/^\d+$/.test(computing)) sleep(Number(computing))
  else while (!existsSync(computing)) sleep(5)
}
