import { memoryStore } from '@persist/core'
import { describe, expect, it } from 'vitest'
import { harness, inBothModes, withMethods } from './harness.ts'

const nextIteration = () => new Promise((resolve) => setImmediate(resolve))

describe('the duration of a function', () => {
  /** A harness with a clock that only the test moves, as busy or idle time. */
  function withTime() {
    let now = 0
    let idle = 0
    const it = harness({ monotonic: () => now, idle: () => idle, now: () => now })
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

  it('is all of its time if it is synchronous', () => {
    const { persist, busy } = withTime()
    const f = persist((x: number) => busy(x), { funcname: 'f', cache: memoryStore() })
    f(250)
    expect(f.lookup(250)).toMatchObject({ durationMs: 250 })
  })

  it('is its own part and all of its waits if it is asynchronous', async () => {
    const { persist, busy, idle } = withTime()
    let reply = () => {}
    const f = persist(
      async () => {
        busy(10)
        await new Promise<void>((resolve) => {
          reply = resolve
        })
        busy(5)
        return 1
      },
      { funcname: 'f', cache: memoryStore() },
    )
    const result = f()
    idle(1_000)
    reply()
    await result
    expect(f.lookup()).toMatchObject({ durationMs: 1_015 })
  })

  it('is the wait of each for many concurrent waits, not their sum', async () => {
    const { persist, idle } = withTime()
    const ends: (() => void)[] = []
    const f = persist(
      async (x: number) => {
        await new Promise<void>((resolve) => ends.push(resolve))
        return x
      },
      { funcname: 'f', cache: memoryStore() },
    )
    const results = Array.from({ length: 100 }, (_, x) => f(x))
    await nextIteration()
    idle(1_000)
    for (const end of ends) end()
    await Promise.all(results)
    expect(f.lookup(50)).toMatchObject({ durationMs: 1_000 })
  })

  it('is in total no more than the time of the thread for many that compete for the thread', async () => {
    const { persist, busy } = withTime()
    const f = persist(
      async (x: number) => {
        await nextIteration()
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

  it('is by real clocks no more than the elapsed time, for 4,000 concurrent calls that do nothing', async () => {
    const { persist } = harness({ monotonic: () => performance.now() })
    const f = persist(async (i: number) => i, { funcname: 'f', cache: memoryStore() })
    const list = Array.from({ length: 4_000 }, (_, i) => [i] as [number])
    const began = performance.now()
    await f.many(list)
    const passed = performance.now() - began
    await f.many(list)
    expect(f.counters.savedMs).toBeLessThan(2 * passed)
  })
})

inBothModes('the counters', (makeStore) => {
  it('count failed runs as errors, and failures of the store as problems', async () => {
    const { persist } = harness()
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

  it('can be read without the store, synchronously, as a copy', async () => {
    let walks = 0
    const cache = withMethods(makeStore(), {
      stats: () => {
        walks++
        throw new Error('a walk')
      },
    })
    const { persist } = harness()
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
