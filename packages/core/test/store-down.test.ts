import { memoryStore, type StoreAdapter, StoreError } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { harness, inBothModes, withMethods } from './harness.ts'

/** A store that a test can take down; its `ping` fails meanwhile. */
function fragile() {
  const state = { down: false }
  const inner = delayed(memoryStore())
  const cache = new Proxy(inner, {
    get: (adapter, name) => {
      if (name === 'ping') return async () => fail(state)
      if (name !== 'open') return Reflect.get(adapter, name)
      return (namespace: string) =>
        new Proxy(adapter.open(namespace) as object, {
          get: (store, method) => {
            const own = Reflect.get(store, method)
            if (typeof own !== 'function') return own
            return async (...args: unknown[]) => {
              fail(state)
              return own.apply(store, args)
            }
          },
        })
    },
  }) as StoreAdapter
  return { cache, state }
}

function fail({ down }: { down: boolean }): void {
  if (down) throw new StoreError('ERR_PERSIST_STORE_UNAVAILABLE', 'no reply', { store: 'x' })
}

inBothModes('a store that returns null for missing entries', (makeStore) => {
  it('has no entry, for one call and for many', async () => {
    const { persist, report, eventNames } = harness()
    const inner = makeStore()
    const none = () => (inner.mode === 'sync' ? null : Promise.resolve(null))
    const cache = withMethods(inner, { get: none, getMany: none })
    const f = persist(async (x: number) => x, { funcname: 'f', cache, report })
    expect([await f(1), await f.has(1), await f.peek(1)]).toEqual([1, false, undefined])
    expect(await f.many([[2], [3]])).toEqual([2, 3])
    expect(eventNames()).not.toContain('problem')
  })
})

describe('with the store down', () => {
  it('memory continues: it holds computed results, and serves those within their ttl, beyond maxAge', async () => {
    const { persist, advance } = harness()
    const { cache, state } = fragile()
    let runs = 0
    const f = persist(async (x: number) => x + 0 * runs++, {
      funcname: 'f',
      cache,
      memory: { maxAge: '1m' },
      ttl: '1h',
    })
    await f(1)
    state.down = true
    for (let call = 0; call < 5; call++) await f(2)
    expect(runs).toBe(2)
    advance(120_000)
    expect([await f(1), await f(2), runs]).toEqual([1, 2, 2])
    advance(3_600_000)
    await f(1)
    expect(runs).toBe(3)
  })

  it('memory holds results of put, and does not serve forgotten ones', async () => {
    const { persist } = harness()
    const { cache, state } = fragile()
    let runs = 0
    const f = persist(async (x: number) => x + 0 * runs++, { funcname: 'f', cache, memory: true })
    await f(1)
    state.down = true
    await f.put(9, 2)
    expect(await f(2)).toBe(9)
    await f.forget(1)
    await f(1)
    expect(runs).toBe(2)
  })
})

describe('a ping that never settles', () => {
  it('does not keep the store out of use forever', async () => {
    const timers: { ms: number; act: () => void }[] = []
    const { persist, report, eventNames } = harness({
      later: (ms, act) => {
        timers.push({ ms, act })
        return () => {}
      },
    })
    const { cache, state } = fragile()
    let pings = 0
    const adapter = new Proxy(cache, {
      get: (inner, name) =>
        name === 'ping' ? () => (++pings === 1 ? new Promise(() => {}) : Promise.resolve()) : Reflect.get(inner, name),
    })
    const f = persist(async (x: number) => x, {
      funcname: 'f',
      cache: adapter,
      singleFlight: 'process',
      waitTimeout: Number.POSITIVE_INFINITY,
      report,
    })
    state.down = true
    await f(1)
    state.down = false
    const turn = async () => {
      for (const { act } of timers.splice(0)) act()
      for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve))
    }
    for (let n = 0; n < 30; n++) await turn()
    expect(eventNames()).toContain('circuit closed')
    await f(2)
    expect(await f.has(2)).toBe(true)
  })
})

describe('a process that is busy for longer than an outage', () => {
  it('looks for the store when it has a result, and stores those of the outage, too', async () => {
    let now = 0
    const { persist, report } = harness({ monotonic: () => now, later: () => () => {} })
    const { cache, state } = fragile()
    const busy = async (x: number) => {
      now += 3_000
      return x
    }
    const f = persist(busy, { funcname: 'f', cache, singleFlight: 'process', report })
    state.down = true
    await f(1)
    await f(2)
    state.down = false
    await f(3)
    expect([await f.has(1), await f.has(2), await f.has(3)]).toEqual([true, true, true])
  })

  it('does not wait for a store that is looked for in time', async () => {
    let now = 0
    const { persist, report } = harness({ monotonic: () => now, later: () => () => {} })
    const { cache, state } = fragile()
    let pings = 0
    const adapter = new Proxy(cache, {
      get: (inner, name) => (name === 'ping' ? async () => void pings++ : Reflect.get(inner, name)),
    })
    const quick = async (x: number) => {
      now += 10
      return x
    }
    const f = persist(quick, { funcname: 'f', cache: adapter, singleFlight: 'process', report })
    state.down = true
    for (let x = 0; x < 10; x++) await f(x)
    expect(pings).toBe(0)
  })
})

describe('a ping whose reply takes some turns of the event loop', () => {
  it('ends an outage also in a process that is busy for long in each turn', async () => {
    const timers: (() => void)[] = []
    const { persist, report, eventNames } = harness({
      later: (_ms, act) => {
        timers.push(act)
        return () => {}
      },
    })
    const { cache, state } = fragile()
    const turn = async () => {
      // All timers are over in each turn.
      for (const act of timers.splice(0)) act()
      await new Promise((resolve) => setImmediate(resolve))
    }
    const adapter = new Proxy(cache, {
      get: (inner, name) => {
        if (name !== 'ping') return Reflect.get(inner, name)
        return async () => {
          for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve))
        }
      },
    })
    const f = persist(async (x: number) => x, { funcname: 'f', cache: adapter, singleFlight: 'process', report })
    state.down = true
    await f(1)
    state.down = false
    for (let n = 0; n < 20; n++) await turn()
    expect(eventNames()).toContain('circuit closed')
  })
})

inBothModes('while the store works', (makeStore) => {
  it.each([
    ['forget', (f: Fn) => f.forget(1)],
    ['put', (f: Fn) => f.put('put', 1)],
    ['cache.set', (f: Fn) => f.cache.set([1], 'put')],
    ['cache.delete', (f: Fn) => f.cache.delete([1])],
    ['clear', (f: Fn) => f.clear()],
    ['deleteByTag', (f: Fn) => f.cache.deleteByTag('all')],
  ] as const)('memory does not take back what %s is replacing', async (_name, act) => {
    const slow = withMethods(makeStore(), {})
    const { persist } = harness()
    let runs = 0
    const f = persist(async (_x: number) => `run ${++runs}`, {
      funcname: 'f',
      cache: slow,
      memory: { maxAge: '1h' },
      tags: () => ['all'],
    })
    await f(1)
    const done = act(f as unknown as Fn)
    await f(1)
    await done
    const after = await f(1)
    const before = await f(1)
    expect(after).toBe(before)
    expect(after).not.toBe('run 1')
  })
})

type Fn = {
  (x: number): Promise<string>
  forget(x: number): unknown
  put(value: string, x: number): unknown
  clear(): unknown
  cache: {
    set(key: [number], value: string): unknown
    delete(key: [number]): unknown
    deleteByTag(tag: string): unknown
  }
}
