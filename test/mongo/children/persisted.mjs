// A script that calls a persisted function and closes nothing: argv url workMs restMs. Prints its first result, waits for a line
// on stdin, works for a while, prints its last result and the time, and sleeps.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPersist } from '@persist/core'

const [url, work, rest] = process.argv.slice(2)
const persist = createPersist({ stderr: () => {} })
const twice = persist(async (x) => 2 * x, { funcname: `twice-${process.pid}`, cache: url })
console.log(`first ${await twice(1)}`)
await once(process.stdin, 'data')
process.stdin.destroy()
console.log(`second ${await twice(2)}`)
await sleep(Number(work))
console.log(`third ${await twice(3)}`)
console.log(`done ${Date.now()}`)
await sleep(Number(rest))
