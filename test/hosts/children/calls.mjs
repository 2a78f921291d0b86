// Calls a slow async function through a store, for each name at once: argv store folder leaseMs computeMs names…
// Prints `ready` and waits for a line on stdin. Then prints `computing <name>` for each run, `missed` when all calls have
// looked for their results, and `value <name> <value> <last event>`.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { persist } from '@persist/core'

const [store, folder, leaseMs, computeMs, ...names] = process.argv.slice(2)
const runtime = process.versions.bun ? 'Bun' : process.versions.deno ? 'Deno' : `Node ${process.version}`
const written = new Map()
let misses = 0
const slow = persist(
  async (name) => {
    console.log(`computing ${name}`)
    await sleep(Number(computeMs))
    return `${name} of ${process.pid} in ${runtime}`
  },
  {
    funcname: 'slow',
    cache: `${store}://${folder}`,
    storeOptions: { leaseMs: Number(leaseMs) },
    hash: ([name]) => name,
    report: ({ name, hash }) => {
      written.set(hash, name)
      if (name === 'miss' && ++misses === names.length) console.log('missed')
    },
  },
)
console.log('ready')
await once(process.stdin, 'data')
process.stdin.destroy()
for (const one of names.map(async (name) => [name, await slow(name)])) {
  const [name, value] = await one
  console.log(`value ${name} ${value} ${written.get(name)}`)
}
