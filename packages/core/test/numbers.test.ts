import { memoryStore } from '@persist/core'
import { describe, expect, it } from 'vitest'
import { changed, inBothColours, lab } from './lab.ts'

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

describe('the time that a function took', () => {
  /** A world with a clock that only the test moves, and that knows when it was idle. */
  function world() {
    let now = 0
    let idle = 0
    const it = lab({ monotonic: () => now, idle: () => idle, now: () => now })
    return {
      ...it,
      busy: (ms: number) => {
        now += ms
      },
      idle: (ms: number) => {
        now += ms
        idle += ms
      },
    }
  }

  it('of a synchronous function is all of its time', () => {
    const { persist, busy } = world()
    const f = persist((x: number) => busy(x), { funcname: 'f', cache: memoryStore() })
    f(250)
    expect(f.lookup(250)).toMatchObject({ durationMs: 250 })
  })

  it('of an asynchronous one is its own part, and all of the time that it waits', async () => {
    const { persist, busy, idle } = world()
    let answer = () => {}
    const f = persist(
      async () => {
        busy(10)
        await new Promise<void>((resolve) => {
          answer = resolve
        })
        busy(5)
        return 1
      },
      { funcname: 'f', cache: memoryStore() },
    )
    const result = f()
    idle(1_000)
    answer()
    await result
    expect(f.lookup()).toMatchObject({ durationMs: 1_015 })
  })

  it('of many that wait at once is the wait of each, not their sum', async () => {
    const { persist, idle } = world()
    const ends: (() => void)[] = []
    const f = persist(
      async (x: number) => {
        await new Promise<void>((resolve) => ends.push(resolve))
        return x
      },
      { funcname: 'f', cache: memoryStore() },
    )
    const results = Array.from({ length: 100 }, (_, x) => f(x))
    await nextTurn()
    idle(1_000)
    for (const end of ends) end()
    await Promise.all(results)
    expect(f.lookup(50)).toMatchObject({ durationMs: 1_000 })
  })

  it('of many that only queue for the thread is together no more than the time of the thread', async () => {
    const { persist, busy } = world()
    const f = persist(
      async (x: number) => {
        await nextTurn()
        busy(1)
        return x
      },
      { funcname: 'f', cache: memoryStore() },
    )
    await Promise.all(Array.from({ length: 1_000 }, (_, x) => f(x)))
    let total = 0
    for (let x = 0; x < 1_000; x++) total += (f.lookup(x) as { durationMs: number }).durationMs
    expect(total).toBeGreaterThan(900)
    expect(total).toBeLessThan(1_001)
  })

  it('is by real clocks no more than what passed, for 4,000 calls at once that do nothing', async () => {
    const { persist } = lab({ monotonic: () => performance.now() })
    const f = persist(async (i: number) => i, { funcname: 'f', cache: memoryStore() })
    const list = Array.from({ length: 4_000 }, (_, i) => [i] as [number])
    const began = performance.now()
    await f.many(list)
    const passed = performance.now() - began
    await f.many(list)
    expect(f.counters.savedMs).toBeLessThan(2 * passed)
  })
})

inBothColours('the counters', (makeStore) => {
  it('count runs that failed as errors, and trouble with the store as problems', async () => {
    const { persist } = lab()
    const f = persist(
      async (x: number) => {
        if (x > 0) throw new Error('its own')
        return { no: () => {} }
      },
      { funcname: 'f', cache: makeStore() },
    )
    for (const x of [1, 2, 3, 0]) await f(x).catch(() => {})
    expect(f.counters).toMatchObject({ errors: 3, problems: 1, misses: 4, hits: 0 })
  })

  it('can be read without the store, at once, as a copy', async () => {
    let walks = 0
    const cache = changed(makeStore(), {
      stats: () => {
        walks++
        throw new Error('a walk')
      },
    })
    const { persist } = lab()
    const f = persist(async (x: number) => x, { funcname: 'f', cache })
    await f(1)
    await f(1)
    const before = f.counters
    expect(before).toEqual({
      hits: 1,
      misses: 1,
      stale: 0,
      errors: 0,
      problems: 0,
      waits: 0,
      savedMs: expect.any(Number),
    })
    expect(await f.stats({ store: false })).toEqual(before)
    await f(1)
    expect([before.hits, f.counters.hits, walks]).toEqual([1, 2, 0])
  })
})
