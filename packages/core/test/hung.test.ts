import { memoryStore } from '@persist/core'
import { describe, expect, it } from 'vitest'
import { asOtherProcess, harness, inBothModes } from './harness.ts'

const nextIteration = () => new Promise((resolve) => setImmediate(resolve))

/** A harness whose timers fire when the test advances the clock. */
function withTimers() {
  const timers: { at: number; act: () => void }[] = []
  let now = 0
  const it = harness({
    monotonic: () => now,
    now: () => 1_000_000 + now,
    later: (ms, act) => {
      const timer = { at: now + ms, act }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer) >>> 0, timers.includes(timer) ? 1 : 0)
    },
    sleep: async (ms) => {
      now += ms
      await nextIteration()
    },
  })
  const advance = async (ms: number) => {
    now += ms
    for (const timer of timers.splice(0)) {
      if (timer.at <= now) timer.act()
      else timers.push(timer)
    }
    for (let iteration = 0; iteration < 20; iteration++) await nextIteration()
  }
  return { ...it, advance, timers }
}

/** A function whose first runs never settle. */
function hanging(runsThatHang: number) {
  const seen = { runs: 0 }
  const fn = async (x: number) => {
    const run = ++seen.runs
    if (run <= runsThatHang) await new Promise(() => {})
    return x * 10 + run
  }
  return { fn, seen }
}

inBothModes('an upstream that never settles', (makeStore) => {
  it('blocks another caller of its process for waitTimeout; that caller then computes, and its result is stored', async () => {
    const { persist, advance, report, eventNames } = withTimers()
    const { fn, seen } = hanging(1)
    const f = persist(fn, { funcname: 'f', cache: makeStore(), waitTimeout: 5_000, report })
    void f(1)
    for (let iteration = 0; iteration < 20; iteration++) await nextIteration()
    const second = f(1)
    await advance(4_000)
    expect(seen.runs).toBe(1)
    await advance(2_000)
    expect(await second).toBe(12)
    expect(await f(1)).toBe(12)
    expect(seen.runs).toBe(2)
    expect(eventNames().filter((event) => event === 'wait timeout').length).toBeGreaterThan(0)
  })

  it('does so also without leases, and a later result of the hung run does not overwrite the newer one', async () => {
    const { persist, advance } = withTimers()
    let release = (_value: number) => {}
    let runs = 0
    const f = persist(
      async () => {
        if (++runs > 1) return 2
        return new Promise<number>((resolve) => {
          release = resolve
        })
      },
      { funcname: 'f', cache: makeStore(), waitTimeout: 5_000, singleFlight: 'process' },
    )
    const first = f()
    await advance(0)
    const second = f()
    await advance(6_000)
    expect(await second).toBe(2)
    release(1)
    expect(await first).toBe(1)
    await advance(0)
    expect([await f(), runs]).toEqual([2, 2])
  })

  it('in a background refresh does not keep later ones from storing', async () => {
    const { persist, advance } = withTimers()
    let runs = 0
    const f = persist(
      async () => {
        if (++runs === 2) await new Promise(() => {})
        return runs
      },
      { funcname: 'f', cache: makeStore(), ttl: 1_000, staleWhileRevalidate: '1d', waitTimeout: 5_000 },
    )
    expect(await f()).toBe(1)
    await advance(2_000)
    expect(await f()).toBe(1)
    await advance(0)
    expect(runs).toBe(2)
    await advance(3_000)
    expect([await f(), runs]).toEqual([1, 2])
    await advance(3_000)
    expect(await f()).toBe(1)
    await advance(0)
    expect([await f(), runs]).toEqual([3, 3])
  })

  it('in a background refresh that outlasts the stale window lets the next call compute and store', async () => {
    const { persist, advance } = withTimers()
    let runs = 0
    const f = persist(
      async () => {
        if (++runs === 2) await new Promise(() => {})
        return runs
      },
      { funcname: 'f', cache: makeStore(), ttl: 1_000, staleWhileRevalidate: 2_000, waitTimeout: 5_000 },
    )
    await f()
    await advance(1_500)
    await f()
    await advance(10_000)
    const next = f()
    await advance(6_000)
    expect(await next).toBe(3)
    expect([await f(), runs]).toEqual([3, 3])
  })
})

describe('a lease that another process holds forever', () => {
  it('costs one call waitTimeout; its result is stored if the lease never ended', async () => {
    const { persist, advance, report, eventNames } = withTimers()
    const cache = memoryStore()
    const hash = () => 'one'
    asOtherProcess(cache).open('f').lease!('one', 1e12)
    const f = persist(async () => 7, { funcname: 'f', cache, hash, waitTimeout: 2_000, report })
    const first = f()
    for (let turn = 0; turn < 50; turn++) await advance(100)
    expect(await first).toBe(7)
    eventNames()
    expect(await f()).toBe(7)
    expect(eventNames()).toEqual(['hit store'])
  })

  it('that ended in between, as by a deletion, keeps the result of the waiting call from being stored', async () => {
    const { persist, advance, report, eventNames } = withTimers()
    const cache = memoryStore()
    const other = asOtherProcess(cache).open('f')
    other.lease!('one', 1e12)
    let resolve = (_value: number) => {}
    const f = persist(
      async () =>
        new Promise<number>((done) => {
          resolve = done
        }),
      { funcname: 'f', cache, hash: () => 'one', waitTimeout: 2_000, report },
    )
    const first = f()
    for (let turn = 0; turn < 50; turn++) await advance(100)
    other.delete('one')
    resolve(7)
    expect(await first).toBe(7)
    expect(eventNames()).toContain('skip timeout')
    expect(other.get('one')).toBe(undefined)
  })
})

inBothModes('a key that differs each time it is made', (makeStore) => {
  it('runs the function once per call, and is not made endlessly', async () => {
    const { persist, report, eventNames } = harness()
    let ticks = 0
    let runs = 0
    const byClock = persist(async (x: number) => x + ++runs - runs, {
      funcname: 'f',
      cache: makeStore(),
      key: (x) => [x, ++ticks],
      report,
    })
    expect(await byClock(1)).toBe(1)
    expect(runs).toBe(1)
    expect(ticks).toBeLessThan(10)
    eventNames()
    const live = {
      get now() {
        return ++ticks
      },
    }
    const byGetter = persist(async (_live: object) => ++runs, { funcname: 'g', cache: makeStore(), report })
    await byGetter(live).catch((error) => expect(error.code).toBe('ERR_PERSIST_KEY'))
    expect(runs).toBeLessThan(3)
  })
})

inBothModes('calls whose arguments change during the call', (makeStore) => {
  it('all end, also if each of them becomes the next one', async () => {
    const { persist } = harness()
    const f = persist(async ({ id }: { id: number }) => id, { funcname: 'f', cache: makeStore() })
    const callers = [1, 2, 3].map((id) => ({ id }))
    const results = callers.map((argument) => f(argument))
    for (const argument of callers) argument.id = (argument.id % 3) + 1
    const values = await Promise.all(results)
    for (const [index, value] of values.entries()) expect([index + 1, ((index + 1) % 3) + 1]).toContain(value)
    for (const id of [1, 2, 3]) expect(await f({ id })).toBe(id)
  })
})
