// A script that calls a persisted function and closes nothing: URL WORK. Says when it has called it once, goes on when
// told to, works for a while, says when it has called it for the last time, and sleeps for as long as it is told.
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
