import { createPersist, memoryStore, type PersistEvent, type StoreAdapter, StoreError } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { inBothColours, lab } from './lab.ts'

inBothColours('freshness', (makeStore) => {
  it('an expired result is served while one refresh runs behind', async () => {
    const { persist, pass, background, waitUntil } = lab()
    let runs = 0
    const f = persist(() => ++runs, {
      funcname: 'f',
      cache: makeStore(),
      ttl: 1_000,
      staleWhileRevalidate: 1_000,
      waitUntil,
    })
    expect(await f()).toBe(1)
    pass(1_500)
    expect([await f(), await f()]).toEqual([1, 1])
    await background()
    expect([await f(), runs]).toEqual([2, 2])
  })

  it('a refresh behind that fails is reported, and not tried again at once', async () => {
    const { persist, pass, background, waitUntil, report, told } = lab()
    let fails = false
    const f = persist(
      () => {
        if (fails) throw new Error('down')
        return 1
      },
      { funcname: 'f', cache: makeStore(), ttl: 1_000, staleWhileRevalidate: '1h', waitUntil, report },
    )
    await f()
    fails = true
    pass(1_500)
    told()
    for (const later of [0, 100, 1_000]) {
      pass(later)
      expect(await f()).toBe(1)
      await background()
    }
    const attempt = ['stale revalidate', 'compute', 'problem']
    expect(told()).toEqual([...attempt, 'stale revalidate', ...attempt])
  })

  it('only one of two processes refreshes behind', async () => {
    const { persist, pass, background, waitUntil, report, told } = lab()
    const cache = makeStore()
    const f = persist(() => 1, {
      funcname: 'f',
      cache,
      hash: () => 'one',
      ttl: 1_000,
      staleWhileRevalidate: '1h',
      waitUntil,
      report,
    })
    await f()
    pass(1_500)
    told()
    const lease = await cache.open('f', {}).lease!('one', 60_000)
    expect(await f()).toBe(1)
    await background()
    expect(told()).toEqual(['stale revalidate'])
    await lease!.release()
    await f()
    await background()
    expect(told()).toEqual(['stale revalidate', 'compute', 'write'])
  })

  it('an expired result is served when the function fails, and the failure is reported', async () => {
    const { persist, pass, report, told } = lab()
    let fails = false
    const f = persist(
      async () => {
        if (fails) throw new Error('down')
        return 1
      },
      { funcname: 'f', cache: makeStore(), ttl: 1_000, staleIfError: 1_000, report },
    )
    await f()
    fails = true
    pass(1_500)
    told()
    expect(await f()).toBe(1)
    expect(told()).toEqual(['miss expired', 'compute', 'problem', 'stale error'])
    pass(1_000)
    await expect(f()).rejects.toThrow('down')
  })

  it('a ttl may follow from the result; none at all keeps nothing', async () => {
    const { persist, pass, report, told } = lab()
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore(), ttl: (x) => x * 1_000, report })
    for (const x of [0, 1, 5]) await f(x)
    pass(2_000)
    expect([await f.has(0), await f.has(1), await f.has(5)]).toEqual([false, false, true])
    expect(told().filter((one) => one.startsWith('skip'))).toEqual(['skip ttl'])
  })

  it('an entry that no longer fits is a miss: by a predicate, by a Standard Schema', async () => {
    const { persist } = lab()
    const cache = makeStore()
    const one = () => ({ a: 1 })
    await persist(one, { funcname: 'f', cache })()
    const f = persist(one, { funcname: 'f', cache, validate: (value) => Object.hasOwn(value as object, 'b') })
    await f()
    expect(await f.stats()).toMatchObject({ hits: 0, misses: 1 })
    const schema = (issues?: readonly string[]) => ({
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) => (issues ? { issues } : { value }),
      },
    })
    const g = persist(one, { funcname: 'f', cache, validate: schema(['wrong']) })
    await g()
    expect(await g.stats()).toMatchObject({ hits: 0, misses: 1 })
    const h = persist(one, { funcname: 'f', cache, validate: schema() })
    await h()
    expect(await h.stats()).toMatchObject({ hits: 1, misses: 0 })
  })

  it('a schema that answers later is waited for by an asynchronous function', async () => {
    const { persist } = lab()
    const cache = makeStore()
    let fits = true
    const validate = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: async (value: unknown) => (fits ? { value } : { issues: ['wrong'] }),
      },
    }
    const f = persist(async () => 1, { funcname: 'f', cache, validate })
    expect([await f(), await f()]).toEqual([1, 1])
    fits = false
    await f()
    expect(await f.stats()).toMatchObject({ hits: 1, misses: 2 })
  })

  it('entries of another version are misses; so are those from before a function that it depends on changed', async () => {
    const { persist } = lab()
    const cache = makeStore()
    const count = () => 1
    const misses = async (options: object) => {
      const f = persist(count, { funcname: 'f', cache, ...options })
      await f()
      return (await f.stats()).misses
    }
    expect([await misses({ version: 'a' }), await misses({ version: 'a' }), await misses({ version: 'b' })]).toEqual([
      1, 0, 1,
    ])
    expect(await misses({ dependsOn: [] })).toBe(1)
    expect(await misses({ dependsOn: [(x: number) => x + 1] })).toBe(1)
    expect(await misses({ dependsOn: [(x: number) => x + 1] })).toBe(0)
    expect(await misses({ dependsOn: [(x: number) => x + 2] })).toBe(1)
  })

  it('maxAge asks for something younger, bypass touches nothing, refresh overwrites', async () => {
    const { persist, pass } = lab()
    let runs = 0
    const f = persist(() => ++runs, { funcname: 'f', cache: makeStore() })
    await f()
    pass(500)
    expect(await f.with({ maxAge: 1_000 })()).toBe(1)
    expect(await f.with({ maxAge: 100 })()).toBe(2)
    expect([await f.with({ bypass: true })(), await f()]).toEqual([3, 2])
    expect([await f.with({ refresh: true })(), await f()]).toEqual([4, 4])
  })

  it('what is deleted by its tag is gone, and the rest is not', async () => {
    const { persist } = lab()
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore(), tags: (x) => [x % 2 ? 'odd' : 'even'] })
    for (const x of [1, 2, 3]) await f(x)
    expect(await f.cache.deleteByTag('odd')).toBe(2)
    expect([await f.has(1), await f.has(2), await f.has(3)]).toEqual([false, true, false])
  })

  it('lookup says why a call would compute, without computing', async () => {
    const { persist, pass } = lab()
    const cache = makeStore()
    const same = (x: number) => x
    const f = persist(same, { funcname: 'f', cache, ttl: '1m', staleIfError: '1h' })
    const newer = persist(same, { funcname: 'f', cache, version: '2' })
    const strict = persist(same, { funcname: 'f', cache, validate: () => false })
    expect(await f.lookup(1)).toEqual({ hit: false, reason: 'absent' })
    await f(1)
    expect(await f.lookup(1)).toMatchObject({ hit: true })
    expect(await newer.lookup(1)).toEqual({ hit: false, reason: 'version' })
    expect(await strict.lookup(1)).toEqual({ hit: false, reason: 'invalid' })
    pass(60_000)
    expect(await f.lookup(1)).toEqual({ hit: false, reason: 'expired' })
    pass(7_200_000)
    expect(await f.lookup(1)).toEqual({ hit: false, reason: 'expired' })
    expect(f.counters).toMatchObject({ misses: 1 })
  })

  it('the time saved is the recorded duration of what was served', async () => {
    const { persist, pass } = lab()
    const f = persist(
      (x: number) => {
        pass(250)
        return x
      },
      { funcname: 'f', cache: makeStore() },
    )
    for (const x of [1, 1, 1, 2]) await f(x)
    expect(await f.stats()).toMatchObject({ hits: 2, misses: 2, savedMs: 500, entries: 2 })
    expect(await f.lookup(1)).toMatchObject({ hit: true, value: 1, durationMs: 250, createdAt: expect.any(Number) })
  })
})

inBothColours('a bound', (makeStore) => {
  /** As somebody may write it: without a thought of bounds. */
  const boundless = () => {
    const adapter = makeStore()
    return {
      ...adapter,
      supports: { ...adapter.supports, bounds: false },
      open: (name: string) => adapter.open(name, {}),
    }
  }

  it('is kept also in a store that keeps none by itself, behind the caller, least recently written first', async () => {
    const { persist, pass, waitUntil, background, report, told } = lab()
    const cache = boundless() as StoreAdapter
    const f = persist((x: number) => x, { funcname: 'f', cache, maxEntries: 20, waitUntil, report })
    for (let x = 0; x < 100; x++) {
      pass(1)
      await f(x)
      await background()
    }
    const { entries } = await f.stats()
    expect(entries).toBeGreaterThanOrEqual(20)
    expect(entries).toBeLessThanOrEqual(22)
    expect([await f.has(99), await f.has(0)]).toEqual([true, false])
    expect(told()).toContain('evict')
    const g = persist((x: number) => 'x'.repeat(1_000) + x, { funcname: 'g', cache, maxBytes: 20_000, waitUntil })
    for (let x = 0; x < 100; x++) {
      await g(x)
      await background()
    }
    expect((await g.stats()).bytes).toBeLessThan(40_000)
  })
})

inBothColours('the memory tier', (makeStore) => {
  it('callers never share what they may change', async () => {
    const { persist } = lab()
    const f = persist(() => ({ list: [1] }), { funcname: 'f', cache: makeStore(), memory: true })
    ;(await f()).list.push(2)
    ;(await f()).list.push(3)
    expect(await f()).toEqual({ list: [1] })
  })

  it('is told apart by its events, and lets go at set, delete, clear, and once it is too old', async () => {
    const { persist, pass, report, told } = lab()
    const cache = makeStore()
    const f = persist((x: number) => x, { funcname: 'f', cache, memory: { maxAge: 1_000 }, report })
    const again = async () => {
      told()
      await f(1)
      return told()[0]
    }
    await f(1)
    expect(await again()).toBe('hit memory')
    await f.put(5, 1)
    expect(await again()).toBe('hit store')
    expect(await again()).toBe('hit memory')
    await f.forget(1)
    expect(await again()).toBe('miss absent')
    await f.clear()
    expect(await again()).toBe('miss absent')
    pass(1_001)
    expect(await again()).toBe('hit store')
    // Another process: it is seen once what is held is too old.
    const store = cache.open('f', {})
    for await (const { hash } of store.heads()) await store.delete(hash)
    expect(await again()).toBe('hit memory')
    pass(1_001)
    expect(await again()).toBe('miss absent')
  })

  it('is bounded by entries and by bytes', async () => {
    const { persist, report, told } = lab()
    const few = persist((x: number) => x, { funcname: 'f', cache: makeStore(), memory: { maxEntries: 2 }, report })
    for (const x of [1, 2, 3, 3, 1]) await few(x)
    expect(told().slice(-2)).toEqual(['hit memory', 'hit store'])
    const small = persist((x: string) => x, { funcname: 'g', cache: makeStore(), memory: { maxBytes: 3_000 }, report })
    const long = (letter: string) => letter.repeat(1_000)
    for (const letter of ['a', 'b', 'b', 'a']) await small(long(letter))
    expect(told().slice(-2)).toEqual(['hit memory', 'hit store'])
  })
})

inBothColours('signals', (makeStore) => {
  it('the function is told to stop only when every caller has left, and nothing is stored', async () => {
    const { persist } = lab()
    let inside: AbortSignal | undefined
    const f = persist(
      async (_x: number, { signal }: { signal: AbortSignal }) => {
        inside = signal
        return new Promise<number>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        })
      },
      { funcname: 'f', cache: makeStore() },
    )
    const [one, two] = [new AbortController(), new AbortController()]
    const outcomes = Promise.allSettled([f(1, { signal: one.signal }), f(1, { signal: two.signal })])
    while (inside === undefined) await new Promise((resolve) => setImmediate(resolve))
    one.abort(new Error('first leaves'))
    expect(inside.aborted).toBe(false)
    two.abort(new Error('second leaves'))
    expect(inside.aborted).toBe(true)
    expect((await outcomes).map((outcome) => (outcome as PromiseRejectedResult).reason.message)).toEqual([
      'first leaves',
      'second leaves',
    ])
    expect((await f.stats()).entries).toBe(0)
  })

  it('a signal given with the call is no part of the key', async () => {
    const { persist } = lab()
    let runs = 0
    const f = persist(async (x: number, _options?: { signal?: AbortSignal }) => x + ++runs, {
      funcname: 'f',
      cache: makeStore(),
    })
    expect([await f(1), await f(1, { signal: new AbortController().signal })]).toEqual([2, 2])
    await expect(async () => f.with({ signal: AbortSignal.abort(new Error('gone')) })(1)).rejects.toThrow('gone')
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
