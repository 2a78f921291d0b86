// Functions with one name that a factory makes at the top of a module, after an `await`. Prints their results, or the codes of errors.
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryStore, persist } from '@persist/core'

const caches = { kept: memoryStore(), collected: memoryStore() }
const kept = []

function cached(kind, table) {
  const load = persist(async (id) => table + id, { funcname: 'load', cache: caches[kind] })
  if (kind === 'kept') kept.push(load)
  return load
}

async function outcome(kind, table) {
  try {
    const load = cached(kind, table)
    return await load(1)
  } catch (error) {
    return error.code
  }
}

async function collect() {
  for (let i = 0; i < 5; i++) {
    await sleep(5)
    globalThis.Bun?.gc(true)
  }
}

const looped = []
await sleep(1)
for (const table of ['users', 'posts']) looped.push(await outcome('kept', table))

const users = await outcome('collected', 'users')
await collect()
const posts = await outcome('collected', 'posts')
console.log(JSON.stringify([looped, [users, posts]]))
