// One process of a ring, or of a chain: argv cache kind own next. Its function `own` prints `computing` and waits for the line
// `go` on stdin; then it calls `next`, if there is one, which another process computes. All other functions of this process
// end at once. Prints `run <name>` for each run, and at the end `value <value>`.
//
// Kinds: `async`; `sync`; `join`: the call of `next` joins a call that began outside of `own`.
import { readSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { persist } from '@persist/core'

const [cache, kind, own, next] = process.argv.slice(2)
const options = (name) => ({
  funcname: name,
  cache,
  key: () => 'one',
  hash: () => 'one',
  pickle: JSON.stringify,
  unpickle: JSON.parse,
  verbosity: 0,
})

let functions
if (kind === 'sync') {
  functions = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, persist(() => syncRun(name), options(name))]))
  say(`value ${functions[own]()}`)
} else {
  const lines = createInterface({ input: process.stdin })
  const go = new Promise((resolve) => lines.once('line', resolve))
  const asyncRun = asyncRunAfter(go)
  functions = Object.fromEntries(
    ['a', 'b', 'c'].map((name) => [name, persist(async () => asyncRun(name), options(name))]),
  )
  const value = functions[own]()
  if (kind === 'join' && next !== undefined) go.then(() => functions[next]())
  say(`value ${await value}`)
  lines.close()
}

function asyncRunAfter(go) {
  return async (name) => {
    say(`run ${name}`)
    if (name !== own) return name
    say('computing')
    await go
    return next === undefined ? name : `${name}(${await functions[next]()})`
  }
}

function syncRun(name) {
  say(`run ${name}`)
  if (name !== own) return name
  say('computing')
  readSync(0, Buffer.alloc(16))
  return next === undefined ? name : `${name}(${functions[next]()})`
}

function say(line) {
  console.log(line)
}
