import { channel } from 'node:diagnostics_channel'
import { memoryStore, type PersistEvent, StoreError } from '@persist/core'
import { expect, it } from 'vitest'
import { changed, inBothColours, lab } from './lab.ts'

inBothColours('the events of a call', (makeStore, colour) => {
  it('a miss computes and writes; then it is a hit', async () => {
    const { persist, report, told } = lab()
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore(), report })
    await f(1)
    expect(told()).toEqual(['miss absent', 'compute', 'write'])
    await f(1)
    expect(told()).toEqual(['hit store'])
  })

  it('a hit among many tells the same facts as a hit alone', async () => {
    const { persist, pass, report, events } = lab()
    const compute = (x: number) => {
      pass(250)
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

  it('a failing function is a miss and a failed computation, and nothing is written', async () => {
    const { persist, report, events } = lab()
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

  it('a stale result is served, then refreshed behind; then it is a hit', async () => {
    const { persist, pass, report, waitUntil, background, told } = lab()
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
    told()
    pass(1_500)
    expect(await f()).toBe(1)
    await background()
    expect(told()).toEqual(['stale revalidate', 'compute', 'write'])
    expect(await f()).toBe(2)
    expect(told()).toEqual(['hit store'])
  })

  it('an expired result is a miss', async () => {
    const { persist, pass, report, told } = lab()
    const f = persist(() => 1, { funcname: 'f', cache: makeStore(), ttl: 1_000, report })
    await f()
    told()
    pass(1_000)
    await f()
    expect(told()).toEqual(['miss expired', 'compute', 'write'])
  })

  it('a call that waits for another process tells so once it has the result', async () => {
    const { persist, scene, report, told } = lab()
    const cache = makeStore()
    const elsewhere = cache.open('f', {})
    const f = persist((x: number) => x, {
      funcname: 'f',
      cache,
      report,
      hash: () => 'one',
      pickle: String,
      unpickle: Number,
    })
    await f(1)
    const entry = (await elsewhere.get('one'))!
    await elsewhere.delete('one')
    told()
    const lease = (await elsewhere.lease!('one', 60_000))!
    let looks = 0
    scene.whileWaiting = () => (++looks === 3 ? lease.publish({ ...entry, payload: '7' }) : undefined)
    expect(await f(1)).toBe(7)
    expect(told()).toEqual(['miss absent', 'wait hit', 'hit store'])
    expect(await f.stats()).toMatchObject({ waits: 1, misses: 2, hits: 1 })
  })

  it('a call whose wait is for nothing takes its turn', async () => {
    const { persist, scene, report, told } = lab()
    const cache = makeStore()
    const f = persist(() => 1, { funcname: 'f', cache, report, hash: () => 'one' })
    const lease = (await cache.open('f', {}).lease!('one', 60_000))!
    scene.whileWaiting = () => lease.release()
    expect(await f()).toBe(1)
    expect(told()).toEqual(['miss absent', 'wait acquired', 'compute', 'write'])
  })

  it('a call that has waited long enough computes, and stores by the lease it waited for; not where leases have no names', async () => {
    const { persist, report, told } = lab()
    const named = makeStore()
    const g = persist(() => 1, { funcname: 'g', cache: named, report, hash: () => 'one', waitTimeout: '5s' })
    await named.open('g', {}).lease!('one', 3_600_000)
    expect(await g()).toBe(1)
    expect(told()).toEqual(['miss absent', 'wait timeout', 'compute', 'write'])
    const cache = makeStore()
    const nameless = {
      lease: (hash: string, ms: number) => cache.open('f', {}).lease!(hash, ms),
    }
    const f = persist(() => 1, {
      funcname: 'f',
      cache: changed(cache, nameless),
      report,
      hash: () => 'one',
      waitTimeout: '5s',
    })
    await cache.open('f', {}).lease!('one', 3_600_000)
    expect(await f()).toBe(1)
    expect(told()).toEqual(['miss absent', 'wait timeout', 'compute', 'skip timeout'])
    expect((await f.stats()).entries).toBe(0)
  })

  it('a collision of two keys is an error, and no event hides it', async () => {
    const { persist, report, told } = lab()
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore(), report, hash: () => 'same' })
    await f(1)
    told()
    await expect(async () => f(2)).rejects.toThrow(expect.objectContaining({ code: 'ERR_PERSIST_HASH_COLLISION' }))
    expect(told()).toEqual([])
  })

  it('an entry that cannot be read is a problem, a miss, and replaced', async () => {
    const { persist, report, told } = lab()
    const cache = makeStore()
    const f = persist((x: number) => x, { funcname: 'f', cache, report })
    await f(1)
    const store = cache.open('f', {})
    for await (const entry of store.entries()) await store.set({ ...entry, payload: '{"v":1,' })
    told()
    expect([await f(1), await f(1)]).toEqual([1, 1])
    expect(told()).toEqual(['problem', 'miss unreadable', 'compute', 'write', 'hit store'])
  })

  it.each([
    ['get', ['problem', 'miss absent', 'compute', 'write']],
    ['lease', ['miss absent', 'problem', 'compute', 'write']],
    ['set', ['miss absent', 'compute', 'problem']],
  ])('a store that fails at %s costs nobody the result', async (verb, expected) => {
    const { persist, report, told } = lab()
    const fail = () => {
      const problem = new StoreError('ERR_PERSIST_STORE', `${verb} fails`, { store: 'x' })
      if (colour === 'sync') throw problem
      return Promise.reject(problem)
    }
    const cache = changed(makeStore(), { [verb]: fail })
    const singleFlight = verb === 'set' ? 'process' : 'shared'
    const f = persist((x: number) => x, { funcname: 'f', cache, report, singleFlight })
    expect(await f(1)).toBe(1)
    expect(told()).toEqual(expected)
    const g = persist((x: number) => x + 1, { funcname: 'g', cache, singleFlight, onStoreError: 'throw' })
    await expect(async () => g(1)).rejects.toThrow(`${verb} fails`)
  })

  it('an edited function tells once that its results are older, and serves them', async () => {
    const { report, told, persist } = lab()
    const cache = makeStore()
    const f = persist((x: number) => x + 1, { funcname: 'f', cache })
    await f(1)
    await f(2)
    const g = persist((x: number) => x + 2, { funcname: 'g', cache, report })
    const store = cache.open('g', {})
    for await (const entry of cache.open('f', {}).entries()) await store.set(entry)
    expect([await g(1), await g(2)]).toEqual([2, 3])
    expect(told()).toEqual(['hit store', 'source', 'hit store'])
  })

  it('every event goes to its channel, even where nobody gave a report', async () => {
    const heard: PersistEvent[] = []
    const listen = (event: unknown) => void heard.push(event as PersistEvent)
    const channels = ['miss', 'compute', 'write', 'hit'].map((name) => channel(`persist:${name}`))
    for (const one of channels) one.subscribe(listen)
    const { persist } = lab()
    const f = persist((x: number) => x, { funcname: `heard.${colour}`, cache: makeStore() })
    await f(1)
    await f(1)
    for (const one of channels) one.unsubscribe(listen)
    expect(heard.map(({ name }) => name)).toEqual(['miss', 'compute', 'write', 'hit'])
    expect(heard[3]).toEqual({
      name: 'hit',
      namespace: `heard.${colour}`,
      hash: expect.any(String),
      tier: 'store',
      ageMs: 0,
      savedMs: 0,
    })
  })

  it('a listener that throws costs nobody a result', async () => {
    let printed = ''
    const { persist } = lab({
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
  const { persist } = lab({
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
  const { persist } = lab({ stderr: (text) => (printed += text) })
  persist((x: number) => x, { funcname: 'f', cache: memoryStore(), verbosity: 4, hash: ([x]) => `hash-${x}` })(1)
  expect(printed).toMatch(/^persist: miss f\/hash-1 reason=absent$/m)
  expect(printed.match(/hash-1/g)).toHaveLength(printed.trim().split('\n').length)
})
