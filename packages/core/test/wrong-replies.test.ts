import { type Entry, memoryStore, type PersistEvent, type Store, type StoreAdapter } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { harness, inBothModes, withMethods } from './harness.ts'

inBothModes('a store with invalid replies', (makeStore, mode) => {
  const inItsWay = (reply: unknown) => () => (mode === 'sync' ? reply : Promise.resolve(reply))

  function over(methods: Record<string, (...args: never[]) => unknown>, options: object = {}) {
    const { persist, events, report } = harness()
    const cache = withMethods(makeStore(), methods)
    const f = persist(async (x: number) => 2 * x, {
      funcname: 'f',
      cache,
      storekey: true,
      tags: () => ['t'],
      report,
      ...options,
    })
    const problems = () =>
      (events as readonly PersistEvent[]).flatMap((event) => (event.name === 'problem' ? [event.operation] : []))
    return { f, problems }
  }

  const GARBAGE = [undefined, null, 'text', {}, true]

  it.each(GARBAGE)('stats: %j counts as zero, and is reported', async (reply) => {
    const { f, problems } = over({ stats: inItsWay(reply) })
    expect(await f.stats()).toMatchObject({ entries: 0, bytes: 0 })
    expect(problems()).toEqual(['stats'])
  })

  it.each([undefined, null, 'text', {}, [undefined]])('getMany: %j loses no result', async (reply) => {
    const { f, problems } = over({ getMany: inItsWay(reply) })
    await f(1)
    expect(await f.many([[1], [2]])).toEqual([2, 4])
    expect(problems()).toEqual(reply === null ? [] : ['getMany'])
  })

  it.each([
    ['takes one handler', (reply: unknown, fulfilled: (reply: unknown) => void) => fulfilled(reply)],
    [
      'throws at once',
      () => {
        throw new Error('no connection')
      },
    ],
  ])('a thenable that %s loses no result', async (_, then) => {
    // biome-ignore lint/suspicious/noThenProperty: a store may return a thenable that is no promise
    const lazily = (reply: unknown) => ({ then: (fulfilled: (reply: unknown) => void) => then(reply, fulfilled) })
    const entries = new Map<string, Entry>()
    const methods = {
      get: (hash: string) => lazily(entries.get(hash)),
      set: (entry: Entry) => lazily(void entries.set(entry.hash, entry)),
    }
    const cache = withMethods(delayed(memoryStore()), methods)
    const { f } = over({}, { cache, singleFlight: 'process', tags: undefined })
    expect([await f(1), await f(1), await f.put(2, 1)]).toEqual([2, 2, undefined])
  })

  it('getMany in another order gives no call the result of another', async () => {
    async function getMany(this: Store, hashes: readonly string[]) {
      return [...(await this.getMany!(hashes))].reverse()
    }
    const inOrder = delayed(memoryStore())
    const { f, problems } = over({}, { cache: withMethods(inOrder, { getMany }) })
    for (const x of [1, 2, 3]) await f(x)
    expect(await f.many([[1], [2], [3]])).toEqual([2, 4, 6])
    expect(problems()).toContain('unpickle')
  })

  it.each([5, 'text', {}, { hash: 'h', createdAt: 0 }])('get: %j is a miss, and is reported', async (reply) => {
    const options = { pickle: (value: unknown) => String(value), unpickle: (payload: unknown) => payload }
    const { f, problems } = over({ get: inItsWay(reply) }, { ...options, storekey: false })
    expect([await f(1), await f.peek(1)]).toEqual([2, undefined])
    expect(problems()).toContain('unpickle')
  })

  it.each([5, {}, [1], null])('get: an entry with the codecs %j is a miss, and is reported', async (codecs) => {
    const options = { encrypt: 'A'.repeat(43), storekey: false }
    async function get(this: Store, hash: string) {
      const entry = await this.get(hash)
      return entry && { ...entry, codecs }
    }
    const { f, problems } = over({}, { cache: withMethods(delayed(memoryStore()), { get }), ...options })
    expect([await f(1), await f(1), await f.peek(1)]).toEqual([2, 2, undefined])
    expect(problems()).toContain('unpickle')
  })

  it.each([
    ['forget', 'delete', (f: Cached) => f.forget(1), false],
    ['clear', 'clear', (f: Cached) => f.clear(), 0],
    ['deleteByTag', 'deleteByTag', (f: Cached) => f.cache.deleteByTag('t'), 0],
  ] as const)('%s gives what it is to give where the store replies with nothing', async (_name, method, act, given) => {
    const { f, problems } = over({ [method]: inItsWay(undefined) })
    expect(await act(f)).toBe(given)
    expect(problems()).toEqual([method])
  })

  const LISTINGS: readonly (readonly [string, () => unknown])[] = [
    ['nothing', () => undefined],
    ['an object', () => ({})],
    ['a promise that rejects', () => Promise.reject(new Error('raw'))],
    ['a promise of a listing', () => Promise.resolve([])],
    ['a list of nothing', () => [undefined]],
  ]

  it.each(LISTINGS)('a listing that is %s is reported, and lists nothing', async (_what, listing) => {
    const { f, problems } = over({ entries: listing, heads: listing })
    const view = f.cache as unknown as Listed
    expect(await (typeof view.size === 'function' ? view.size() : view.size)).toBe(0)
    const pairs: unknown[] = []
    for await (const pair of view.entries()) pairs.push(pair)
    expect(pairs).toEqual([])
    expect(problems()).toEqual(['heads', 'entries'])
    await new Promise(setImmediate)
  })

  it('an invalid entry in a listing hides no other entry', async () => {
    const stored: Entry[] = []
    const listing = () => [undefined, ...stored, 5]
    const { f, problems } = over({ entries: listing, heads: listing })
    await f.put(7, 1)
    stored.push({ hash: 'h', payload: '{"v":1,"json":7}', key: '{"v":1,"json":[1]}', createdAt: 0 })
    const view = f.cache as unknown as Listed
    const pairs: unknown[] = []
    for await (const pair of view.entries()) pairs.push(pair)
    expect(pairs).toEqual([[[1], 7]])
    expect(problems()).toEqual(['entries'])
  })
})

interface Cached {
  forget(x: number): unknown
  clear(): unknown
  cache: { deleteByTag(tag: string): unknown }
}

interface Listed {
  readonly size: number | (() => Promise<number>)
  entries(): AsyncIterable<unknown> | Iterable<unknown>
}

describe('an adapter that opens no store', () => {
  it.each([undefined, Promise.resolve({}), {}])('is rejected when the function is wrapped: %j', (store) => {
    const { persist } = harness()
    const cache = { ...memoryStore(), open: () => store } as unknown as StoreAdapter
    expect(() => persist((x: number) => x, { funcname: 'f', cache })).toThrow(/opens no store/)
  })
})

inBothModes('the size of a cache', (makeStore) => {
  it('counts fresh entries, also without the options that stored them', async () => {
    const { persist, advance } = harness()
    const cache = makeStore()
    const fn = async (x: number) => x
    const before = persist(fn, { funcname: 'f', cache, storekey: true, ttl: 1_000, version: '1' })
    await before(1)
    const f = persist(fn, { funcname: 'f', cache, storekey: true })
    await f(2)
    const size = async () => {
      const { cache } = f as unknown as { cache: Listed }
      return typeof cache.size === 'function' ? await cache.size() : cache.size
    }
    expect(await size()).toBe(1)
    const expiring = persist(fn, { funcname: 'f', cache, storekey: true, ttl: 1_000 })
    await expiring(3)
    expect(await size()).toBe(2)
    advance(1_500)
    expect(await size()).toBe(1)
  })
})
