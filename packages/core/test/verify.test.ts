import { createPersist, memoryStore, type Options, type PersistEvent, type StoreAdapter } from '@persist/core'
import { describe, expect, it } from 'vitest'
import { asOtherProcess, chunksOf, harness, inBothModes, runPending, withMethods } from './harness.ts'

type Mismatch = Extract<PersistEvent, { name: 'mismatch' }>

/** A function whose stored results come from `before`, in a process that verifies and computes with `now`. */
async function verifying<R>(
  before: (x: number) => R,
  now: (x: number) => R,
  { cache = memoryStore(), mode = 'verify', random = () => 0, ...options }: Options & Record<string, unknown> = {},
) {
  const shared = cache as StoreAdapter
  await harness().persist(before, { funcname: 'f', cache: asOtherProcess(shared), ...options })(1)
  const { persist, events, report, waitUntil, background } = harness({
    env: { PERSIST_MODE: mode as string },
    random: random as () => number,
  })
  const f = persist(now, { funcname: 'f', cache: asOtherProcess(shared), report, waitUntil, ...options })
  const mismatches = () => events.filter((event): event is Mismatch => event.name === 'mismatch')
  return { f, background, events, mismatches }
}

inBothModes('PERSIST_MODE=verify', (makeStore, mode) => {
  it('serves the stored result, and reports where a new one differs', async () => {
    const { f, background, mismatches } = await verifying(
      () => ({ a: [1, { b: 'old' }] }),
      () => ({ a: [1, { b: 'new' }] }),
      { cache: makeStore() },
    )
    expect(await f(1)).toEqual({ a: [1, { b: 'old' }] })
    await background()
    expect(mismatches()).toEqual([
      {
        name: 'mismatch',
        namespace: 'f',
        hash: expect.any(String),
        path: '$.a[1].b',
        stored: expect.stringMatching(/^[\w-]{16}$/),
        computed: expect.stringMatching(/^[\w-]{16}$/),
        ageMs: 0,
      },
    ])
    expect(JSON.stringify(mismatches())).not.toMatch(/old|new/)
  })

  it('reports nothing for an equal result, and replaces nothing for another', async () => {
    const cache = makeStore()
    const same = await verifying(
      (x) => x,
      (x) => x,
      { cache },
    )
    await same.f(1)
    await same.background()
    expect(same.mismatches()).toEqual([])
    const other = await verifying(
      (x) => x,
      (x) => x + 1,
      { cache },
    )
    expect(await other.f(1)).toBe(1)
    await other.background()
    expect(await other.f(1)).toBe(1)
    expect(other.mismatches()).toHaveLength(1)
    expect(
      await harness()
        .persist((x: number) => x, { funcname: 'f', cache: asOtherProcess(cache) })
        .peek(1),
    ).toBe(1)
  })

  it('neither stores, nor takes a lease, nor lets a call join', async () => {
    const calls: string[] = []
    const store = makeStore()
    await harness().persist((x: number) => x, { funcname: 'f', cache: asOtherProcess(store) })(1)
    const noted = (name: string) => () => {
      calls.push(name)
      throw new Error(name)
    }
    const cache = withMethods(store, { set: noted('set'), lease: noted('lease') })
    const { f, background } = await verifying(
      (x) => x,
      (x) => x,
      { cache },
    )
    await f(1)
    await background()
    expect(calls).toEqual([])
  })

  it('reports a run that fails now, and the caller gets its result', async () => {
    const { f, background, mismatches } = await verifying(
      (x) => x,
      () => {
        throw new Error('gone')
      },
      { cache: makeStore() },
    )
    expect(await f(1)).toBe(1)
    await background()
    expect(mismatches()).toMatchObject([{ path: '$', error: { message: 'gone' } }])
    expect(mismatches()[0]).not.toHaveProperty('computed')
  })

  it('verifies each stored result once, also from memory, and each of many calls', async () => {
    const cache = makeStore()
    let runs = 0
    const plain = harness().persist((x: number) => x, { funcname: 'f', cache: asOtherProcess(cache) })
    for (const x of [1, 2, 3]) await plain(x)
    const { f, background } = await verifying(
      (x) => x,
      (x) => x * ++runs * 0 + x,
      { cache, memory: true },
    )
    await f(1)
    await f(1)
    await background()
    expect(runs).toBe(1)
    await f.many([[1], [2], [3]])
    await background()
    expect(runs).toBe(3)
  })

  it('does not compare a stale result, whose time is over, with its refresh, and verifies what that stored', async () => {
    const cache = makeStore()
    let result = 1
    const { persist, report, events, waitUntil, background, advance } = harness({ env: { PERSIST_MODE: 'verify' } })
    const options = { funcname: 'f', cache, ttl: 1_000, staleWhileRevalidate: 1_000_000, report, waitUntil }
    const f = persist(async () => result, options)
    const mismatches = () => events.filter(({ name }) => name === 'mismatch')
    expect(await f()).toBe(1)
    advance(2_000)
    result = 2
    expect(await f()).toBe(1)
    await background()
    expect(mismatches()).toEqual([])
    result = 3
    expect(await f()).toBe(2)
    await background()
    expect(mismatches()).toMatchObject([{ path: '$' }])
  })

  it('serves nested calls without verifying them, so a recursion takes linear time', async () => {
    const cache = makeStore()
    let runs = 0
    const make = (env: Record<string, string>) => {
      const { persist, waitUntil, background } = harness({ env })
      const fib = persist(
        async (n: number): Promise<number> => {
          runs++
          return n < 2 ? n : (await fib(n - 1)) + (await fib(n - 2))
        },
        { funcname: 'fib', cache: asOtherProcess(cache), waitUntil },
      )
      return { fib, background }
    }
    await make({}).fib(25)
    runs = 0
    const { fib, background } = make({ PERSIST_MODE: 'verify' })
    expect(await fib(25)).toBe(75_025)
    await background()
    expect(runs).toBe(1)
  })

  it('with a rate verifies that share of hits, after the caller has been served', async () => {
    const draws = [0.5, 0.005, 0.5]
    let runs = 0
    const { f, background } = await verifying(
      (x) => x,
      (x) => x + ++runs * 0,
      { cache: makeStore(), mode: 'verify:0.01', random: () => draws.shift() ?? 1 },
    )
    await f(1)
    await background()
    expect(runs).toBe(0)
    const served = f(1)
    if (mode === 'sync') expect(runs).toBe(0)
    await served
    await background()
    await f(1)
    await background()
    expect(runs).toBe(1)
  })

  it('verifies async generators by the list of their chunks', async () => {
    const cache = makeStore()
    const make = (last: string, env: Record<string, string> = {}) => {
      const { persist, events, report, waitUntil, background } = harness({ env })
      const words = persist(
        async function* (_: number) {
          yield 'a'
          yield last
        },
        { funcname: 'words', cache: asOtherProcess(cache), report, waitUntil },
      )
      return { words, events, background }
    }
    await chunksOf(make('b').words(1))
    const { words, events, background } = make('c', { PERSIST_MODE: 'verify' })
    expect(await chunksOf(words(1))).toEqual(['a', 'b'])
    await background()
    expect(events.filter(({ name }) => name === 'mismatch')).toMatchObject([{ path: '$[1]' }])
  })

  it('skips arguments that the caller has changed meanwhile', async () => {
    const cache = makeStore()
    const plain = harness().persist(async (list: number[]) => list.length, {
      funcname: 'f',
      cache: asOtherProcess(cache),
    })
    await plain([1])
    const { persist, events, report, waitUntil, background } = harness({ env: { PERSIST_MODE: 'verify' } })
    const f = persist(async (list: number[]) => list.length, {
      funcname: 'f',
      cache: asOtherProcess(cache),
      report,
      waitUntil,
    })
    const list = [1]
    expect(await f(list)).toBe(1)
    list.push(2)
    await background()
    await runPending()
    expect(events.some(({ name }) => name === 'mismatch')).toBe(false)
  })
})

describe('what counts as a mismatch', () => {
  it.each<[string, unknown, unknown, string | undefined]>([
    ['NaN and NaN', [Number.NaN], [Number.NaN], undefined],
    ['0 and -0', [0], [-0], '$[0]'],
    ['another order of properties', { a: 1, b: 2 }, { b: 2, a: 1 }, undefined],
    ['undefined and a missing property', { a: undefined }, {}, '$.a'],
    ['another property', { 'b c': 1 }, { 'b c': 2 }, '$["b c"]'],
    ['another length', [1, 2], [1, 2, 3], '$[2]'],
    [
      'another order of a Map',
      new Map([
        [1, 'a'],
        [2, 'b'],
      ]),
      new Map([
        [2, 'b'],
        [1, 'a'],
      ]),
      '$.keys[0]',
    ],
    ['another value of a Map', new Map([[1, { x: 1 }]]), new Map([[1, { x: 2 }]]), '$.values[0].x'],
    ['another member of a Set', new Set([1, 2]), new Set([1, 3]), '$.values[1]'],
    ['a Set with one more', new Set([1]), new Set([1, 2]), '$.values[1]'],
    ['another time', { at: new Date(0) }, { at: new Date(1) }, '$.at'],
    ['an equal time', { at: new Date(0) }, { at: new Date(0) }, undefined],
    ['other bytes', new Uint8Array([1, 2]), new Uint8Array([1, 3]), '$'],
    ['another type', [1], ['1'], '$[0]'],
    ['null and an object', null, {}, '$'],
    ['an array and an object', [], {}, '$'],
    ['another class of bytes', new Uint8Array(1), new Int8Array(1), '$'],
    ['another message of an error', new Error('a'), new Error('b'), '$'],
    ['another BigInt', 1n, 2n, '$'],
  ])('%s', async (_, before, now, path) => {
    const { f, mismatches } = await verifying<unknown>(
      () => before,
      () => now,
    )
    f(1)
    expect(mismatches().map((event) => event.path)).toEqual(path === undefined ? [] : [path])
  })
})

it.each(['verify:', 'verify:0', 'verify:2', 'verify:x', 'Verify', 'verify:1e-3'])(
  'PERSIST_MODE=%s is rejected at wrap time',
  (PERSIST_MODE) => {
    const persist = createPersist({ env: { PERSIST_MODE } })
    expect(() => persist((x: number) => x, { funcname: 'f', cache: memoryStore() })).toThrow(/PERSIST_MODE must be/)
  },
)
