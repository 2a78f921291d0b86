// Persists `slow`, which depends on the variables LEFT and RIGHT, and calls it with the arguments of the command line.
import { persist } from '@persist/core'

const variable = (name) => ({
  name,
  read: () => {
    const digest = process.env[name] ?? 'none'
    return { digest, parts: [{ name: `./${name}.ts`, digest }] }
  },
})

const slow = persist((x) => `${x} with ${process.env.LEFT}`, {
  funcname: process.env.FUNCNAME ?? 'slow',
  cache: process.env.PERSIST_CACHE ?? 'file://persist',
  dependsOn: [variable('LEFT'), variable('RIGHT')],
  ...(process.env.VERSIONS && { versions: process.env.VERSIONS }),
})

for (const x of process.argv.slice(2)) console.log(slow(Number(x)), slow.counters.misses)
if (process.env.CALL_AT_THE_TOP) console.log(slow(77))
