import { type Entry, memoryStore, type Store, type StoreAdapter } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { asOtherProcess, gate, harness, runPending, withMethods, withoutLeases, withoutTagFence } from './harness.ts'

const STORES: readonly (readonly [string, () => StoreAdapter])[] = [
  ['a synchronous store', () => memoryStore()],
  ['an asynchronous store', () => delayed(memoryStore())],
  ['a store without leases', () => withoutLeases(delayed(memoryStore()))],
  ['a store with leases, and without an order of deletions', () => withoutTagFence(delayed(memoryStore()))],
]

describe.each(STORES)('deleteByTag during a run of the function, over %s', (_name, makeStore) => {
  /** A function whose runs each wait for their own gate. */
  function gated(cache = makeStore(), memory = false) {
    const { persist, report, eventNames } = harness()
    const gates = [gate(), gate(), gate()]
    let runs = 0
    const fn = async (x: number) => {
      const run = runs++
      await gates[run]?.passed
      return `${x} by run ${run}`
    }
    const f = persist(fn, { cache, memory, report, tags: (_result, x) => [`row:${x}`] })
    return { f, gates, runs: () => runs, eventNames }
  }

  it.each([false, true])('a result with another tag is stored (memory: %s)', async (memory) => {
    const { f, gates, eventNames } = gated(makeStore(), memory)
    const running = f(1)
    await runPending()
    await f.cache.deleteByTag('row:2')
    gates[0]!.open()
    expect(await running).toBe('1 by run 0')
    expect(await f.peek(1)).toBe('1 by run 0')
    expect(await f(1)).toBe('1 by run 0')
    expect(eventNames()).toEqual(['miss absent', 'clear', 'compute', 'write', memory ? 'hit memory' : 'hit store'])
  })

  it.each([false, true])('a result with this tag is not stored (memory: %s)', async (memory) => {
    const { f, gates, eventNames } = gated(makeStore(), memory)
    const running = f(1)
    await runPending()
    await f.cache.deleteByTag('row:1')
    gates[0]!.open()
    expect(await running).toBe('1 by run 0')
    expect(await f.peek(1)).toBe(undefined)
    expect(eventNames()).toEqual(['miss absent', 'clear', 'compute', 'skip fenced'])
  })

  it('a call that begins after it gets no result from before it', async () => {
    const { f, gates } = gated()
    const before = f(1)
    await runPending()
    await f.cache.deleteByTag('row:1')
    const after = f(1)
    for (const one of gates) one.open()
    expect([await before, await after, await f.peek(1)]).toEqual(['1 by run 0', '1 by run 1', '1 by run 1'])
  })
})

it('a run from before a deletion of another tag does not overwrite the result of a later run', async () => {
  const { persist } = harness()
  const gates = [gate(), gate()]
  let runs = 0
  const f = persist(
    async () => {
      const run = runs++
      await gates[run]!.passed
      return run
    },
    { funcname: 'f', cache: withoutLeases(delayed(memoryStore())), tags: () => ['a'] },
  )
  const before = f()
  await runPending()
  await f.cache.deleteByTag('b')
  const after = f()
  await runPending()
  gates[1]!.open()
  expect([await after, await f.peek()]).toEqual([1, 1])
  gates[0]!.open()
  expect([await before, await f.peek()]).toEqual([0, 1])
})

it('a deletion during the write of a result deletes it, also without an order of deletions', async () => {
  const { persist, report, eventNames } = harness()
  const [begun, ended] = [gate(), gate()]
  async function lease(this: Store<'async'>, hash: string, ms: number) {
    const taken = await this.lease!(hash, ms)
    const publish = async (entry: Entry) => {
      begun.open()
      await ended.passed
      return taken!.publish(entry)
    }
    return { ...taken, release: () => taken!.release(), publish }
  }
  const cache = withMethods(withoutTagFence(delayed(memoryStore())), { lease })
  const f = persist(async () => 1, { funcname: 'f', cache, tags: () => ['a'], report })
  const running = f()
  await begun.passed
  const deleted = f.cache.deleteByTag('a')
  await runPending()
  ended.open()
  await deleted
  expect([await running, await f.peek()]).toEqual([1, undefined])
  expect(eventNames()).toEqual(['miss absent', 'compute', 'skip fenced', 'clear'])
})

describe.each([false, true])('deleteByTag while a lease writes a result (memory: %s)', (memory) => {
  it('deletes it: a call that begins afterwards runs the function', async () => {
    const inner = memoryStore()
    const store = inner.open('f')
    const written = gate()
    let isSlow = true
    const cache = withMethods(delayed(inner), {
      lease: async (...args: Parameters<NonNullable<Store<'sync'>['lease']>>) => {
        const lease = store.lease!(...args)
        if (lease === undefined) return undefined
        const publish = async (entry: Entry) => {
          const wasSlow = isSlow
          isSlow = false
          if (wasSlow) await runPending(10)
          const isStored = lease.publish(entry)
          if (wasSlow) await written.passed
          return isStored
        }
        return { ...lease, publish }
      },
    })
    let runs = 0
    const { persist } = harness()
    const f = persist(async () => ++runs, { funcname: 'f', cache, memory, tags: () => ['t'] })
    const before = f()
    while (isSlow) await runPending(1)
    const deleted = Promise.resolve(f.cache.deleteByTag('t')).then(() => f())
    await runPending(40)
    written.open()
    expect([await before, await deleted, await f.peek()]).toEqual([1, 2, 2])
  })
})

it('memory holds no result that another process stored during the deletion of its tag, and then deletes', async () => {
  const { persist, advance } = harness()
  const cache = memoryStore()
  const [begun, isDeleted, isWritten, isRead] = [gate(), gate(), gate(), gate()]
  const lease = async (...args: Parameters<NonNullable<Store<'sync'>['lease']>>) => {
    const taken = cache.open('f').lease!(...args)
    if (taken === undefined) return undefined
    const publish = async (entry: Entry) => {
      begun.open()
      await isDeleted.passed
      const isStored = taken.publish(entry)
      isWritten.open()
      await isRead.passed
      return isStored
    }
    return { ...taken, publish }
  }
  let row = 'old'
  const options = { funcname: 'f', tags: () => ['a'] }
  const there = persist(async () => row, { ...options, cache: withMethods(asOtherProcess(delayed(cache)), { lease }) })
  const f = persist(async () => row, { ...options, cache, memory: { maxAge: '1h' } })
  const before = there()
  await begun.passed
  row = 'new'
  f.cache.deleteByTag('a')
  isDeleted.open()
  await isWritten.passed
  // The result is in the store until the other process has deleted it.
  expect(await f()).toBe('old')
  isRead.open()
  await before
  expect(await f()).toBe('new')
  cache.open('f').clear()
  expect(await f()).toBe('new')
  advance(3_600_001)
  row = 'newest'
  expect(await f()).toBe('newest')
})
