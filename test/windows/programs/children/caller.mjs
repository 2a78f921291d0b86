// Calls a persisted function at a line on stdin: argv dir computeMs.
import { once } from 'node:events'
import { persist } from '@persist/core'

const [cache, ms] = process.argv.slice(2)
const slow = persist(
  async () => {
    console.log('computing')
    await new Promise((resolve) => setTimeout(resolve, Number(ms)))
    return process.pid
  },
  { cache, funcname: 'slow' },
)
console.log('ready')
await once(process.stdin, 'data')
process.stdin.destroy()
console.log(`value ${await slow()}`)
