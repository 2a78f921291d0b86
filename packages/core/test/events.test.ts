import { channel } from 'node:diagnostics_channel'
import { memoryStore, type PersistEvent, StoreError } from '@persist/core'
import { expect, it } from 'vitest'
import { harness, inBothModes, withMethods } from './harness.ts'

inBothModes('the events of a call', (makeStore, mode) => {
  it('a miss computes and writes; then it is a hit', async () => {
    const { persist, report, eventNames } = harness()
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore(), report })
    await f(1)
    expect(eventNames()).toEqual(['miss absent', 'compute', 'write'])
    await f(1)
    expect(eventNames()).toEqual(['hit store'])
  })

  it('a hit among many has the same facts as a single hit', async () => {
    const { persist, advance, report, events } = harness()
    const compute = (x: number) => {
      advance(250)
      return x
    }
    const f = persist(compute, { funcname: 'f', cache: makeStore(), report })
    await f(1)
    events.length = 0
    await f(1)
    await f.many([[1]])
    expect(events[1]).toEqual(events[0])
    expect(events[0]).toMatchObject({ name: 'hit', tier: 'store', ageMs: 0, savedMs: 250 })
  })

  it('a failed function is a miss and a failed computation, and no write', async () => {
    const { persist, report, events } = harness()
    const f = persist(
      () => {
        throw new Error('mine')
      },
      { funcname: 'f', cache: makeStore(), report },
    )
    await expect(async () => f()).rejects.toThrow('mine')
    expect(events).toEqual([
      { name: 'miss', namespace: 'f', hash: expect.any(String), reason: 'absent' },
      { name: 'compute', namespace: 'f', hash: expect.any(String), durationMs: 0, failed: true },
    ])
  })

  it('a stale result is served, then refreshed in the background; then it is a hit', async () => {
    const { persist, advance, report, waitUntil, background, eventNames } = harness()
    let runs = 0
    const f = persist(() => ++runs, {
      funcname: 'f',
      cache: makeStore(),
      ttl: 1_000,
      staleWhileRevalidate: 1_000,
      waitUntil,
      report,
    })
    await f()
    eventNames()
    advance(1_500)
    expect(await f()).toBe(1)
    await background()
    expect(eventNames()).toEqual(['stale revalidate', 'compute', 'write'])
    expect(await f()).toBe(2)
    expect(eventNames()).toEqual(['hit store'])
  })

  it('an expired result is a miss', async () => {
    const { persist, advance, report, eventNames } = harness()
    const f = persist(() => 1, { funcname: 'f', cache: makeStore(), ttl: 1_000, report })
    await f()
    eventNames()
    advance(1_000)
    await f()
    expect(eventNames()).toEqual(['miss expired', 'compute', 'write'])
  })

  it('a call that waits for another process reports the wait when it has the result', async () => {
    const { persist, hooks, report, eventNames } = harness()
    const cache = makeStore()
    const otherProcess = cache.open('f', {})
    const f = persist((x: number) => x, {
      funcname: 'f',
      cache,
      report,
      hash: () => 'one',
      pickle: String,
      unpickle: Number,
    })
    await f(1)
    const entry = (await otherProcess.get('one'))!
    await otherProcess.delete('one')
    eventNames()
    const lease = (await otherProcess.lease!('one', 60_000))!
    let looks = 0
    hooks.whileWaiting = () => (++looks === 3 ? lease.publish({ ...entry, payload: '7' }) : undefined)
    expect(await f(1)).toBe(7)
    expect(eventNames()).toEqual(['miss absent', 'wait hit', 'hit store'])
    expect(await f.stats()).toMatchObject({ waits: 1, misses: 2, hits: 1 })
  })

  it('a call that waits in vain acquires the lease', async () => {
    const { persist, hooks, report, eventNames } = harness()
    const cache = makeStore()
    const f = persist(() => 1, { funcname: 'f', cache, report, hash: () => 'one' })
    const lease = (await cache.open('f', {}).lease!('one', 60_000))!
    hooks.whileWaiting = () => lease.release()
    expect(await f()).toBe(1)
    expect(eventNames()).toEqual(['miss absent', 'wait acquired', 'compute', 'write'])
  })

  it('a call that reaches waitTimeout computes, and stores by the lease that it waited for; not if leases have no ids', async () => {
    const { persist, report, eventNames } = harness()
    const named = makeStore()
    const g = persist(() => 1, { funcname: 'g', cache: named, report, hash: () => 'one', waitTimeout: '5s' })
    await named.open('g', {}).lease!('one', 3_600_000)
    expect(await g()).toBe(1)
    expect(eventNames()).toEqual(['miss absent', 'wait timeout', 'compute', 'write'])
    const cache = makeStore()
    const nameless = {
      lease: (hash: string, ms: number) => cache.open('f', {}).lease!(hash, ms),
    }
    const f = persist(() => 1, {
      funcname: 'f',
      cache: withMethods(cache, nameless),
      report,
      hash: () => 'one',
      waitTimeout: '5s',
    })
    await cache.open('f', {}).lease!('one', 3_600_000)
    expect(await f()).toBe(1)
    expect(eventNames()).toEqual(['miss absent', 'wait timeout', 'compute', 'skip timeout'])
    expect((await f.stats()).entries).toBe(0)
  })

  it('a collision of two keys is an error, which no event hides', async () => {
    const { persist, report, eventNames } = harness()
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore(), report, hash: () => 'same' })
    await f(1)
    eventNames()
    await expect(async () => f(2)).rejects.toThrow(expect.objectContaining({ code: 'ERR_PERSIST_HASH_COLLISION' }))
    expect(eventNames()).toEqual([])
  })

  it('an unreadable entry is a problem, a miss, and replaced', async () => {
    const { persist, report, eventNames } = harness()
    const cache = makeStore()
    const f = persist((x: number) => x, { funcname: 'f', cache, report })
    await f(1)
    const store = cache.open('f', {})
    for await (const entry of store.entries()) await store.set({ ...entry, payload: '{"v":1,' })
    eventNames()
    expect([await f(1), await f(1)]).toEqual([1, 1])
    expect(eventNames()).toEqual(['problem', 'miss unreadable', 'compute', 'write', 'hit store'])
  })

  it.each([
    ['get', ['problem', 'miss absent', 'compute', 'write']],
    ['lease', ['miss absent', 'problem', 'compute', 'write']],
    ['set', ['miss absent', 'compute', 'problem']],
  ])('a store that fails at %s loses no result', async (method, expected) => {
    const { persist, report, eventNames } = harness()
    const fail = () => {
      const problem = new StoreError('ERR_PERSIST_STORE', `${method} fails`, { store: 'x' })
      if (mode === 'sync') throw problem
      return Promise.reject(problem)
    }
    const cache = withMethods(makeStore(), { [method]: fail })
    const singleFlight = method === 'set' ? 'process' : 'shared'
    const f = persist((x: number) => x, { funcname: 'f', cache, report, singleFlight })
    expect(await f(1)).toBe(1)
    expect(eventNames()).toEqual(expected)
    const g = persist((x: number) => x + 1, { funcname: 'g', cache, singleFlight, onStoreError: 'throw' })
    await expect(async () => g(1)).rejects.toThrow(`${method} fails`)
  })

  it('an edited function reports once that its results are older, and serves them', async () => {
    const { report, eventNames, persist } = harness()
    const cache = makeStore()
    const f = persist((x: number) => x + 1, { funcname: 'f', cache })
    await f(1)
    await f(2)
    const g = persist((x: number) => x + 2, { funcname: 'g', cache, report })
    const store = cache.open('g', {})
    for await (const entry of cache.open('f', {}).entries()) await store.set(entry)
    expect([await g(1), await g(2)]).toEqual([2, 3])
    expect(eventNames()).toEqual(['hit store', 'source', 'hit store'])
  })

  it('every event is published on its channel, also without a report option', async () => {
    const heard: PersistEvent[] = []
    const listen = (event: unknown) => void heard.push(event as PersistEvent)
    const channels = ['miss', 'compute', 'write', 'hit'].map((name) => channel(`persist:${name}`))
    for (const one of channels) one.subscribe(listen)
    const { persist } = harness()
    const f = persist((x: number) => x, { funcname: `heard.${mode}`, cache: makeStore() })
    await f(1)
    await f(1)
    for (const one of channels) one.unsubscribe(listen)
    expect(heard.map(({ name }) => name)).toEqual(['miss', 'compute', 'write', 'hit'])
    expect(heard[3]).toEqual({
      name: 'hit',
      namespace: `heard.${mode}`,
      hash: expect.any(String),
      tier: 'store',
      ageMs: 0,
      savedMs: 0,
    })
  })

  it('a listener that throws loses no result', async () => {
    let printed = ''
    const { persist } = harness({
      stderr: (text) => {
        printed += text
      },
    })
    const report = () => {
      throw new Error('the listener')
    }
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore(), report })
    expect([await f(1), await f(1)]).toEqual([1, 1])
    expect(printed).toContain('the listener')
  })
})

it.each([
  [0, ''],
  [1, 'problem '],
  [2, 'write problem '],
  [3, 'miss compute write problem miss '],
] as const)('at verbosity %s stderr has: %s', (verbosity, expected) => {
  let printed = ''
  const { persist } = harness({
    stderr: (text) => {
      printed += text
    },
  })
  const options = { funcname: 'f', cache: memoryStore(), verbosity }
  const f = persist((x: unknown) => x, options)
  f(1)
  f.original(1)
  const broken = persist(() => () => 1, { ...options, funcname: 'g' })
  broken()
  const names = printed.split('\n').map((line) => line.split(' ')[1])
  expect(names.filter((name) => expected.includes(`${name} `))).toEqual(names.filter((name) => name !== undefined))
  for (const name of expected.split(' ').filter(Boolean)) expect(names).toContain(name)
})

it('at verbosity 4 a line has each fact once', () => {
  let printed = ''
  const { persist } = harness({ stderr: (text) => (printed += text) })
  persist((x: number) => x, { funcname: 'f', cache: memoryStore(), verbosity: 4, hash: ([x]) => `hash-${x}` })(1)
  expect(printed).toMatch(/^persist: miss f\/hash-1 reason=absent$/m)
  expect(printed.match(/hash-1/g)).toHaveLength(printed.trim().split('\n').length)
})
