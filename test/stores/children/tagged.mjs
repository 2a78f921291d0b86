// Computes one tagged result until a line comes on stdin: argv cache x. Prints `computing`, and then
// `value <value> <event> <reason>`.
import { once } from 'node:events'
import { persist } from '@persist/core'

const [cache, x] = process.argv.slice(2)
const events = []
const row = persist(
  async (number) => {
    console.log('computing')
    await once(process.stdin, 'data')
    process.stdin.destroy()
    return `old ${number}`
  },
  { funcname: 'row', cache, tags: (_row, number) => [`row:${number}`, 'all'], report: (event) => events.push(event) },
)
const value = await row(Number(x))
const end = events.findLast(({ name }) => name === 'write' || name === 'skip')
console.log(`value ${value} ${[end?.name, end?.reason].filter(Boolean).join(' ')}`)
