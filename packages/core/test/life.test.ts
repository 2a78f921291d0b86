import { createPersist, memoryStore, type PersistEvent, type StoreAdapter, StoreError } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'

/** A persist whose clock stands still until told, and whose background work is done when asked. */
function lab() {
  let now = 1_000_000
  const work: Promise<unknown>[] = []
  const events: PersistEvent[] = []
  const persist = createPersist({ env: {}, stderr: () => {}, now: () => now, monotonic: () => now })
  return {
    persist,
    events,
    names: () => events.map(({ name }) => name),
    report: (event: PersistEvent) => void events.push(event),
    waitUntil: (refresh: Promise<unknown>) => void work.push(refresh),
    pass: (ms: number) => {
      now += ms
    },
    background: () => Promise.all(work.splice(0)),
  }
}

describe('freshness', () => {
  it('an expired result is served while one refresh runs behind', async () => {
    const { persist, pass, background, waitUntil, report, names } = lab()
    let runs = 0
    const f = persist(() => ++runs, {
      funcname: 'f',
      cache: memoryStore(),
      ttl: 1_000,
      staleWhileRevalidate: 1_000,
      waitUntil,
      report,
    })
    expect(f()).toBe(1)
    pass(1_500)
    expect([f(), f()]).toEqual([1, 1])
    await background()
    expect([f(), runs]).toEqual([2, 2])
    expect(names()).toEqual(['miss', 'compute', 'write', 'stale', 'stale', 'compute', 'write', 'hit'])
  })

  it('an expired result is served when the function fails, and the failure is reported', async () => {
    const { persist, pass, report, names } = lab()
    let fails = false
    const f = persist(
      async () => {
        if (fails) throw new Error('down')
        return 1
      },
      { funcname: 'f', cache: memoryStore(), ttl: 1_000, staleIfError: 1_000, report },
    )
    await f()
    fails = true
    pass(1_500)
    expect(await f()).toBe(1)
    expect(names().slice(-2)).toEqual(['problem', 'stale'])
    pass(1_000)
    await expect(f()).rejects.toThrow('down')
  })

  it('an entry that no longer fits the schema is a miss', () => {
    const { persist } = lab()
    const cache = memoryStore()
    const one = () => ({ a: 1 })
    persist(one, { funcname: 'f', cache })()
    const f = persist(one, { funcname: 'f', cache, validate: (value) => Object.hasOwn(value as object, 'b') })
    f()
    expect(f.stats()).toMatchObject({ hits: 0, misses: 1 })
  })

  it('maxAge asks for something younger, bypass touches nothing, refresh overwrites', () => {
    const { persist, pass } = lab()
    let runs = 0
    const f = persist(() => ++runs, { funcname: 'f', cache: memoryStore() })
    f()
    pass(500)
    expect(f.with({ maxAge: 1_000 })()).toBe(1)
    expect(f.with({ maxAge: 100 })()).toBe(2)
    expect([f.with({ bypass: true })(), f()]).toEqual([3, 2])
    expect([f.with({ refresh: true })(), f()]).toEqual([4, 4])
  })
})

describe('signals', () => {
  it('the function is told to stop only when every caller has left, and nothing is stored', async () => {
    const { persist } = lab()
    let inside: AbortSignal | undefined
    const f = persist(
      (_x: number, { signal }: { signal: AbortSignal }) => {
        inside = signal
        return new Promise<number>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        })
      },
      { funcname: 'f', cache: memoryStore() },
    )
    const [one, two] = [new AbortController(), new AbortController()]
    const calls = [f(1, { signal: one.signal }), f(1, { signal: two.signal })]
    const outcomes = Promise.allSettled(calls)
    one.abort(new Error('first leaves'))
    expect(inside?.aborted).toBe(false)
    two.abort(new Error('second leaves'))
    expect(inside?.aborted).toBe(true)
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(f.stats().entries).toBe(0)
  })
})

describe('a store out of reach', () => {
  function unreachable(): { adapter: StoreAdapter<'async'>; asked: () => number; heal: () => void } {
    const inner = delayed(memoryStore())
    let down = true
    let asked = 0
    const adapter: StoreAdapter<'async'> = {
      ...inner,
      mode: 'async',
      name: 'nowhere',
      open: (namespace, options) => {
        const store = inner.open(namespace, options)
        return {
          ...store,
          get: async (hash) => {
            asked++
            if (down) throw new StoreError('ERR_PERSIST_STORE_UNAVAILABLE', 'nobody answers', { store: 'nowhere' })
            return store.get(hash)
          },
          set: (entry) => store.set(entry),
          delete: (hash) => store.delete(hash),
          clear: () => store.clear(),
          entries: () => store.entries(),
          heads: () => store.heads(),
          stats: () => store.stats(),
          prune: (now) => store.prune(now),
          lease: (hash, ms, how) => store.lease!(hash, ms, how),
        }
      },
      ping: async () => {
        if (down) throw new Error('still down')
      },
      close: () => inner.close(),
    }
    return {
      adapter,
      asked: () => asked,
      heal: () => {
        down = false
      },
    }
  }

  it('costs nobody a result, is asked once, reported once, and comes back', async () => {
    const events: PersistEvent[] = []
    let probe = () => {}
    const persist = createPersist({
      env: {},
      stderr: () => {},
      later: (_ms, act) => {
        probe = act
        return () => {}
      },
    })
    const { adapter, asked, heal } = unreachable()
    const f = persist((x: number) => x, { funcname: 'f', cache: adapter, report: (event) => events.push(event) })
    expect([await f(1), await f(2), await f(3)]).toEqual([1, 2, 3])
    expect(asked()).toBe(1)
    expect(events.filter(({ name }) => name === 'problem' || name === 'circuit').map(({ name }) => name)).toEqual([
      'circuit',
      'problem',
    ])
    heal()
    probe()
    await new Promise((resolve) => setImmediate(resolve))
    await f(4)
    expect(asked()).toBeGreaterThan(1)
    expect(events.filter(({ name }) => name === 'circuit')).toHaveLength(2)
  })

  it("throws a typed error with onStoreError: 'throw'", async () => {
    const { adapter } = unreachable()
    const persist = createPersist({ env: {}, stderr: () => {} })
    const f = persist((x: number) => x, { funcname: 'g', cache: adapter, onStoreError: 'throw' })
    await expect(f(1)).rejects.toThrow(expect.objectContaining({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' }))
  })
})
