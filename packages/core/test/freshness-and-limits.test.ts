import {
  closeStores,
  createPersist,
  memoryStore,
  type PersistEvent,
  registerStore,
  type StoreAdapter,
  StoreError,
} from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { chunksOf, harness, inBothModes } from './harness.ts'

inBothModes('freshness', (makeStore) => {
  it('an expired result is served while one refresh runs in the background', async () => {
    const { persist, advance, background, waitUntil } = harness()
    let runs = 0
    const f = persist(() => ++runs, {
      funcname: 'f',
      cache: makeStore(),
      ttl: 1_000,
      staleWhileRevalidate: 1_000,
      waitUntil,
    })
    expect(await f()).toBe(1)
    advance(1_500)
    expect([await f(), await f()]).toEqual([1, 1])
    await background()
    expect([await f(), runs]).toEqual([2, 2])
  })

  it('a failed background refresh is reported, and not retried immediately', async () => {
    const { persist, advance, background, waitUntil, report, eventNames } = harness()
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
    advance(1_500)
    eventNames()
    for (const later of [0, 100, 1_000]) {
      advance(later)
      expect(await f()).toBe(1)
      await background()
    }
    const attempt = ['stale revalidate', 'compute', 'problem']
    expect(eventNames()).toEqual([...attempt, 'stale revalidate', ...attempt])
  })

  it('only one of two processes refreshes in the background', async () => {
    const { persist, advance, background, waitUntil, report, eventNames } = harness()
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
    advance(1_500)
    eventNames()
    const lease = await cache.open('f', {}).lease!('one', 60_000)
    expect(await f()).toBe(1)
    await background()
    expect(eventNames()).toEqual(['stale revalidate'])
    await lease!.release()
    await f()
    await background()
    expect(eventNames()).toEqual(['stale revalidate', 'compute', 'write'])
  })

  it('an expired result is served if the function fails, and the failure is reported', async () => {
    const { persist, advance, report, eventNames } = harness()
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
    advance(1_500)
    eventNames()
    expect(await f()).toBe(1)
    expect(eventNames()).toEqual(['miss expired', 'compute', 'problem', 'stale error'])
    advance(1_000)
    await expect(f()).rejects.toThrow('down')
  })

  it('a function that fails after staleIfError is over gives its error, also to calls that joined', async () => {
    const { persist, advance } = harness()
    let runs = 0
    let fail = () => {}
    const failing = new Promise<void>((resolve) => {
      fail = resolve
    })
    const f = persist(
      async () => {
        if (runs++ === 0) return 1
        await failing
        throw new Error('down')
      },
      { funcname: 'f', cache: makeStore(), ttl: 1_000, staleIfError: 1_000 },
    )
    await f()
    advance(1_500)
    const first = f()
    while (runs < 2) await new Promise(setImmediate)
    advance(1_000)
    const both = Promise.allSettled([first, f()])
    fail()
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  it('a ttl may depend on the result; 0 stores nothing', async () => {
    const { persist, advance, report, eventNames } = harness()
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore(), ttl: (x) => x * 1_000, report })
    for (const x of [0, 1, 5]) await f(x)
    advance(2_000)
    expect([await f.has(0), await f.has(1), await f.has(5)]).toEqual([false, false, true])
    expect(eventNames().filter((one) => one.startsWith('skip'))).toEqual(['skip ttl'])
  })

  it('an entry that no longer fits is a miss: by a predicate, by a Standard Schema', async () => {
    const { persist } = harness()
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

  it('an asynchronous function waits for an asynchronous schema', async () => {
    const { persist } = harness()
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

  it('entries of another version are misses; so are those from before a change of a function in dependsOn', async () => {
    const { persist } = harness()
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

  it('maxAge requires a younger result, bypass neither reads nor writes, refresh overwrites', async () => {
    const { persist, advance } = harness()
    let runs = 0
    const f = persist(() => ++runs, { funcname: 'f', cache: makeStore() })
    await f()
    advance(500)
    expect(await f.with({ maxAge: 1_000 })()).toBe(1)
    expect(await f.with({ maxAge: 100 })()).toBe(2)
    expect([await f.with({ bypass: true })(), await f()]).toEqual([3, 2])
    expect([await f.with({ refresh: true })(), await f()]).toEqual([4, 4])
  })

  it('a call with maxAge ends while other calls take the older result again and again', async () => {
    const { persist, advance } = harness()
    let runs = 0
    const f = persist(async () => ++runs, { funcname: 'f', cache: makeStore() })
    await f()
    advance(500)
    let isOver = false
    const first = f()
    const strict = Promise.resolve(f.with({ maxAge: 100 })()).finally(() => {
      isOver = true
    })
    const counts = [await first]
    for (let calls = 0; calls < 1_000 && !isOver; calls++) counts.push(await f())
    expect(counts.length).toBeLessThan(100)
    expect([await strict, runs]).toEqual([2, 2])
  })

  it('no maxAge makes staleIfError serve a result for longer', async () => {
    const { persist, advance } = harness()
    let fails = false
    const f = persist(
      async (x: number) => {
        if (fails) throw new Error('down')
        return x
      },
      { funcname: 'f', cache: makeStore(), ttl: '1m', staleIfError: '1h' },
    )
    await f(1)
    fails = true
    advance(3_600_000)
    expect(await f.with({ maxAge: '30m' })(1)).toBe(1)
    advance(61_000)
    await expect(f(1)).rejects.toThrow('down')
    await expect(f.with({ maxAge: '30m' })(1)).rejects.toThrow('down')
    await expect(f.with({ maxAge: '1s' })(1)).rejects.toThrow('down')
  })

  it('a tag deletes its results and no others', async () => {
    const { persist } = harness()
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore(), tags: (x) => [x % 2 ? 'odd' : 'even'] })
    for (const x of [1, 2, 3]) await f(x)
    expect(await f.cache.deleteByTag('odd')).toBe(2)
    expect([await f.has(1), await f.has(2), await f.has(3)]).toEqual([false, true, false])
  })

  it('lookup returns why a call would compute, without computing', async () => {
    const { persist, advance } = harness()
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
    advance(60_000)
    expect(await f.lookup(1)).toEqual({ hit: false, reason: 'expired' })
    advance(7_200_000)
    expect(await f.lookup(1)).toEqual({ hit: false, reason: 'expired' })
    expect(f.counters).toMatchObject({ misses: 1 })
  })

  it('the saved time is the recorded duration of the served results', async () => {
    const { persist, advance } = harness()
    const f = persist(
      (x: number) => {
        advance(250)
        return x
      },
      { funcname: 'f', cache: makeStore() },
    )
    for (const x of [1, 1, 1, 2]) await f(x)
    expect(await f.stats()).toMatchObject({ hits: 2, misses: 2, savedMs: 500, entries: 2 })
    expect(await f.lookup(1)).toMatchObject({ hit: true, value: 1, durationMs: 250, createdAt: expect.any(Number) })
  })
})

inBothModes('a bound', (makeStore) => {
  /** A store without support for bounds. */
  const boundless = () => {
    const adapter = makeStore()
    return {
      ...adapter,
      supports: { ...adapter.supports, bounds: false },
      open: (name: string) => adapter.open(name, {}),
    }
  }

  it('is enforced in the background, least recently written first, if the store has no bounds', async () => {
    const { persist, advance, waitUntil, background, report, eventNames } = harness()
    const cache = boundless() as StoreAdapter
    const f = persist((x: number) => x, { funcname: 'f', cache, maxEntries: 20, waitUntil, report })
    for (let x = 0; x < 100; x++) {
      advance(1)
      await f(x)
      await background()
    }
    const { entries } = await f.stats()
    expect(entries).toBeGreaterThanOrEqual(20)
    expect(entries).toBeLessThanOrEqual(22)
    expect([await f.has(99), await f.has(0)]).toEqual([true, false])
    expect(eventNames()).toContain('evict')
    const g = persist((x: number) => 'x'.repeat(1_000) + x, { funcname: 'g', cache, maxBytes: 20_000, waitUntil })
    for (let x = 0; x < 100; x++) {
      await g(x)
      await background()
    }
    expect((await g.stats()).bytes).toBeLessThan(40_000)
  })
})

inBothModes('the memory tier', (makeStore) => {
  it('callers never share mutable results', async () => {
    const { persist } = harness()
    const f = persist(() => ({ list: [1] }), { funcname: 'f', cache: makeStore(), memory: true })
    ;(await f()).list.push(2)
    ;(await f()).list.push(3)
    expect(await f()).toEqual({ list: [1] })
  })

  it('has its own events, and drops entries at set, delete, clear and maxAge', async () => {
    const { persist, advance, report, eventNames } = harness()
    const cache = makeStore()
    const f = persist((x: number) => x, { funcname: 'f', cache, memory: { maxAge: 1_000 }, report })
    const again = async () => {
      eventNames()
      await f(1)
      return eventNames()[0]
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
    advance(1_001)
    expect(await again()).toBe('hit store')
    // The change of another process is seen when the held entry is older than maxAge.
    const store = cache.open('f', {})
    for await (const { hash } of store.heads()) await store.delete(hash)
    expect(await again()).toBe('hit memory')
    advance(1_001)
    expect(await again()).toBe('miss absent')
  })

  it('serves no value that validate refuses now, whether computed or stored', async () => {
    const { persist } = harness()
    for (const isAsync of [false, true]) {
      const valid = new Set<number>()
      const fits = (value: unknown) => valid.has(value as number)
      let runs = 0
      const check = async (value: unknown) => (fits(value) ? { value } : { issues: ['wrong'] })
      const schema = { '~standard': { version: 1, vendor: 'test', validate: check } } as const
      const validate = isAsync ? schema : fits
      const f = persist(async () => ++runs, { funcname: `f${isAsync}`, cache: makeStore(), memory: true, validate })
      expect([await f(), await f()]).toEqual([1, 2])
      valid.add(3)
      expect([await f(), await f(), await f()]).toEqual([3, 3, 3])
      valid.clear()
      expect([await f.has(), await f()]).toEqual([false, 4])
    }
    let runs = 0
    const stream = persist(
      async function* () {
        yield ++runs
      },
      { funcname: 'stream', cache: makeStore(), memory: true, validate: () => false },
    )
    expect([await chunksOf(stream()), await chunksOf(stream())]).toEqual([[1], [2]])
  })

  it('is bounded by entries and by bytes', async () => {
    const { persist, report, eventNames } = harness()
    const few = persist((x: number) => x, { funcname: 'f', cache: makeStore(), memory: { maxEntries: 2 }, report })
    for (const x of [1, 2, 3, 3, 1]) await few(x)
    expect(eventNames().slice(-2)).toEqual(['hit memory', 'hit store'])
    const small = persist((x: string) => x, { funcname: 'g', cache: makeStore(), memory: { maxBytes: 3_000 }, report })
    const long = (letter: string) => letter.repeat(1_000)
    for (const letter of ['a', 'b', 'b', 'a']) await small(long(letter))
    expect(eventNames().slice(-2)).toEqual(['hit memory', 'hit store'])
  })
})

inBothModes('signals', (makeStore) => {
  it('the function is aborted only when every caller has left, and nothing is stored', async () => {
    const { persist } = harness()
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
    const { persist } = harness()
    let runs = 0
    const f = persist(async (x: number, _options?: { signal?: AbortSignal }) => x + ++runs, {
      funcname: 'f',
      cache: makeStore(),
    })
    expect([await f(1), await f(1, { signal: new AbortController().signal })]).toEqual([2, 2])
    await expect(async () => f.with({ signal: AbortSignal.abort(new Error('gone')) })(1)).rejects.toThrow('gone')
  })
})

describe('an unreachable store', () => {
  function unreachable(): { adapter: StoreAdapter<'async'>; lookups: () => number; heal: () => void } {
    const inner = delayed(memoryStore())
    let down = true
    let lookups = 0
    const adapter: StoreAdapter<'async'> = {
      ...inner,
      mode: 'async',
      name: 'nowhere',
      open: (namespace, options) => {
        const store = inner.open(namespace, options)
        return {
          ...store,
          get: async (hash) => {
            lookups++
            if (down) throw new StoreError('ERR_PERSIST_STORE_UNAVAILABLE', 'no reply', { store: 'nowhere' })
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
      lookups: () => lookups,
      heal: () => {
        down = false
      },
    }
  }

  it('loses no result, is called once, is reported once, and is used again when it is reachable', async () => {
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
    const { adapter, lookups, heal } = unreachable()
    const f = persist((x: number) => x, { funcname: 'f', cache: adapter, report: (event) => events.push(event) })
    expect([await f(1), await f(2), await f(3)]).toEqual([1, 2, 3])
    expect(lookups()).toBe(1)
    expect(events.filter(({ name }) => name === 'problem' || name === 'circuit').map(({ name }) => name)).toEqual([
      'circuit',
      'problem',
    ])
    heal()
    probe()
    await new Promise((resolve) => setImmediate(resolve))
    await f(4)
    expect(lookups()).toBeGreaterThan(1)
    expect(events.filter(({ name }) => name === 'circuit')).toHaveLength(2)
  })

  it('is not looked for after closeStores, and is asked again by the next call', async () => {
    const probes: (() => void)[] = []
    const persist = createPersist({
      env: {},
      stderr: () => {},
      later: (_ms, act) => {
        probes.push(act)
        return () => {}
      },
    })
    const { adapter, lookups } = unreachable()
    let pings = 0
    const ping = async () => {
      pings++
      return adapter.ping!()
    }
    registerStore('nowhere', () => ({ ...adapter, name: 'nowhere://', ping }))
    const f = persist(async (x: number) => x, { funcname: 'f', cache: 'nowhere://', verbosity: 0 })
    await f(1)
    for (const probe of probes.splice(0)) probe()
    await new Promise((resolve) => setImmediate(resolve))
    expect(pings).toBe(1)
    await closeStores()
    for (const probe of probes.splice(0)) probe()
    await new Promise((resolve) => setImmediate(resolve))
    expect([pings, lookups()]).toEqual([1, 1])
    expect(await f(2)).toBe(2)
    expect(lookups()).toBe(2)
  })

  it("throws a typed error with onStoreError: 'throw'", async () => {
    const { adapter } = unreachable()
    const persist = createPersist({ env: {}, stderr: () => {} })
    const f = persist((x: number) => x, { funcname: 'g', cache: adapter, onStoreError: 'throw' })
    await expect(f(1)).rejects.toThrow(expect.objectContaining({ code: 'ERR_PERSIST_STORE_UNAVAILABLE' }))
  })
})
