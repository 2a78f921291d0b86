// One half of a ring of two processes: argv cache own other. Calls its own function, which calls that of the other process
// once both compute. Prints `computing`, goes on at a line on stdin, and prints `value <value>`.
import { once } from 'node:events'
import { persist } from '@persist/core'

const [cache, own, other] = process.argv.slice(2)
let runs = 0
const options = { cache, waitTimeout: 1_500, verbosity: 0 }
const functions = Object.fromEntries(
  ['a', 'b'].map((name) => [
    name,
    persist(
      async (from) => {
        if (name !== own || runs++ > 0) return `${name} computed in ${from}`
        console.log('computing')
        await once(process.stdin, 'data')
        process.stdin.destroy()
        return `${name}(${await functions[other]('ring')})`
      },
      { funcname: name, key: () => 'one', ...options },
    ),
  ]),
)
console.log(`value ${await functions[own]('ring')}`)
