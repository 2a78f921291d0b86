import { memoryStore } from '@persist/core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { checkFreshness } from '../src/call/freshness.ts'
import { harness, inBothModes } from './harness.ts'

const YEAR = 365 * 86_400_000

inBothModes('an entry from a clock that is ahead', (makeStore) => {
  it('is not served for longer than its ttl from now, by calls and with maxAge, also from memory', async () => {
    let now = 5 * YEAR
    for (const memory of [false, true]) {
      const { persist } = harness({ now: () => now })
      let runs = 0
      const cache = makeStore()
      const f = persist(async () => ++runs, { funcname: 'f', cache, ttl: '1h', memory })
      const g = persist(async () => ++runs, { funcname: 'g', cache })
      now = 5 * YEAR
      await f()
      await g()
      now = 0
      const first = await f()
      now = 3_600_001
      expect(await f()).not.toBe(first)
      expect(await f.with({ maxAge: '1m' })()).toBe(await f())
      // An entry that never expires needs no clock, unless the call has a maxAge.
      const ofOldClock = await g()
      expect(await g.with({ maxAge: '1m' })()).not.toBe(ofOldClock)
    }
  })

  it('is still served with staleIfError if the function fails', async () => {
    let now = 5 * YEAR
    let fails = false
    const { persist } = harness({ now: () => now })
    const f = persist(
      async () => {
        if (fails) throw new Error('down')
        return 1
      },
      { funcname: 'f', cache: makeStore(), ttl: '1h', staleIfError: '1d' },
    )
    await f()
    now = 0
    fails = true
    expect(await f()).toBe(1)
  })
})

describe('the freshness of an entry', () => {
  it('never lasts longer than its ttl from now, for any clocks of writer and reader', () => {
    const time = fc.integer({ min: 0, max: 10 * YEAR })
    fc.assert(
      fc.property(time, time, fc.integer({ min: 1, max: YEAR }), (createdAt, now, ttl) => {
        const head = { hash: 'x', createdAt, expiresAt: createdAt + ttl }
        const terms = {
          version: undefined,
          source: undefined,
          maxAge: Number.POSITIVE_INFINITY,
          staleWhileRevalidate: 0,
          staleIfError: 0,
        }
        const at = (when: number) => checkFreshness(head, { ...terms, now: when }).kind
        const slack = Math.min(1_000, ttl)
        expect(at(now) === 'fresh' && createdAt > now + slack).toBe(false)
        if (at(now) === 'fresh') expect(at(now + ttl + slack)).not.toBe('fresh')
      }),
    )
  })
})

describe('fake timers of a user', () => {
  it('move the clock of freshness, and do not affect waits', async () => {
    const { persist } = await import('@persist/core')
    vi.useFakeTimers({ now: 1_000_000 })
    try {
      let runs = 0
      const f = persist(async (x: number) => x + ++runs - runs + 10 * runs, {
        funcname: 'f',
        cache: memoryStore(),
        ttl: '1m',
      })
      expect(await f(1)).toBe(11)
      vi.advanceTimersByTime(30_000)
      expect(await f(1)).toBe(11)
      vi.advanceTimersByTime(30_001)
      expect(await f(1)).toBe(21)
      vi.setSystemTime(5_000_000)
      expect(await f(1)).toBe(31)
      // Joined calls, rings and refreshes in the background need timers of their own.
      const g = persist(async (x: number): Promise<number> => (x > 3 ? x : g(x + 1)), {
        funcname: 'g',
        cache: memoryStore(),
      })
      expect(await Promise.all([g(1), g(1), g(2)])).toEqual([4, 4, 4])
    } finally {
      vi.useRealTimers()
    }
  })
})
