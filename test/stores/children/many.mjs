// Waits for a line on stdin, and goes through a list with two runs at once: argv cache count ms. Prints each run and the sum.
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { persist } from '@persist/core'

const [cache, count, ms] = process.argv.slice(2)
let now = 0
let most = 0
const square = persist(
  async (x) => {
    console.log(`run ${x}`)
    most = Math.max(most, ++now)
    await sleep(Number(ms))
    now--
    return x * x
  },
  { funcname: 'square', cache, concurrency: 2 },
)
console.log('ready')
createInterface({ input: process.stdin }).once('line', async () => {
  const results = await square.many(Array.from({ length: Number(count) }, (_, x) => [x]))
  console.log(`most ${most}`)
  console.log(`sum ${results.reduce((sum, one) => sum + one, 0)}`)
  process.stdin.destroy()
})
