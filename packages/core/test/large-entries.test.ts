import { memoryStore, type StoreAdapter } from '@persist/core'
import { expect, it } from 'vitest'
import { asOtherProcess, gate, harness, runPending, withMethods } from './harness.ts'

// A synchronous store whose large entries come later, to functions that return promises anyway.

function late(inner: StoreAdapter) {
  const { open, passed } = gate()
  const calls = { get: 0, getAsync: 0 }
  const store = inner.open('f')
  const cache = withMethods(inner, {
    get: (hash: string) => {
      calls.get++
      return store.get(hash)
    },
    getAsync: (hash: string) => {
      calls.getAsync++
      const entry = store.get(hash)
      return entry && passed.then(() => entry)
    },
  })
  return { open, calls, cache }
}

it('a large entry of an async function comes by getAsync, once for all calls that ask meanwhile, each with its own copy', async () => {
  const { open, calls, cache } = late(memoryStore())
  const { persist } = harness()
  let runs = 0
  const f = persist(async (x: number) => [x, ++runs], { funcname: 'f', cache })
  expect(await f(1)).toEqual([1, 1])
  const asked = calls.getAsync
  const hits = [f(1), f(1), f(1)]
  await runPending()
  open()
  const [first, second, third] = await Promise.all(hits)
  expect([first, second, third]).toEqual([
    [1, 1],
    [1, 1],
    [1, 1],
  ])
  expect(new Set([first, second, third]).size).toBe(3)
  expect(calls).toEqual({ get: 0, getAsync: asked + 1 })
  expect(f.stats()).toMatchObject({ hits: 3, misses: 1 })
})

it('a function that returns values gets every entry at once', () => {
  const { calls, cache } = late(memoryStore())
  const { persist } = harness()
  const f = persist((x: number) => [x], { funcname: 'f', cache })
  f(1)
  expect(f(1)).toEqual([1])
  expect(calls.getAsync).toBe(0)
})

it('a large entry that is deleted while it is read is served, but not held in memory', async () => {
  const inner = memoryStore()
  const { open, cache } = late(inner)
  const { persist } = harness()
  let runs = 0
  const count = async () => ++runs
  await persist(count, { funcname: 'f', cache: asOtherProcess(inner) })()
  const f = persist(count, { funcname: 'f', cache, memory: { maxAge: '1h' } })
  const hit = f()
  await runPending()
  f.forget()
  open()
  expect(await hit).toBe(1)
  expect(await f()).toBe(2)
})

it('a key that changes while a large entry is read belongs to the call as it was made', async () => {
  const { open, cache } = late(memoryStore())
  const { persist } = harness()
  const f = persist(async (list: number[]) => list.length, { funcname: 'f', cache, storekey: true })
  expect(await f([1])).toBe(1)
  const list = [1]
  const hit = f(list)
  list.push(2)
  open()
  expect(await hit).toBe(1)
})

it('a failure of getAsync is reported, and the function runs', async () => {
  const inner = memoryStore()
  const cache = withMethods(inner, { getAsync: () => Promise.reject(new Error('EIO')) })
  const { persist, report, eventNames } = harness()
  const f = persist(async () => 5, { funcname: 'f', cache, report })
  expect(await f()).toBe(5)
  expect(eventNames()).toContain('problem')
})
