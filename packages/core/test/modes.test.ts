import type { StoreAdapter } from '@persist/core'
import { expect, it } from 'vitest'
import { chunksOf, harness, inBothModes } from './harness.ts'

inBothModes('PERSIST_MODE', (makeStore) => {
  /** One function over one store, in different modes. */
  function runsOver(cache: StoreAdapter) {
    let runs = 0
    const count = (x: number) => x * 100 + ++runs
    return (mode: string) => {
      const { persist } = harness({ env: { PERSIST_MODE: mode } })
      return persist(count, { funcname: 'f', cache })
    }
  }

  it('off calls the function and neither reads nor writes', async () => {
    const inMode = runsOver(makeStore())
    await inMode('on')(1)
    const off = inMode('off')
    expect([await off(1), await off(1), await off(2)]).toEqual([102, 103, 204])
    expect([await inMode('on')(1), (await off.stats()).entries]).toEqual([101, 1])
  })

  it('refresh runs once for concurrent calls, and once for each key of a recursion', async () => {
    const { persist } = harness({ env: { PERSIST_MODE: 'refresh' } })
    const cache = makeStore()
    let runs = 0
    const slow = persist(async (x: number) => x + 100 * ++runs, { funcname: 'slow', cache })
    expect(await Promise.all(Array.from({ length: 10 }, () => slow(1)))).toEqual(Array.from({ length: 10 }, () => 101))
    expect(await slow(1)).toBe(201)
    let calls = 0
    const fib = persist(
      async (n: number): Promise<number> => {
        calls++
        return n < 2 ? n : (await fib(n - 1)) + (await fib(n - 2))
      },
      { funcname: 'fib', cache },
    )
    expect([await fib(18), calls]).toEqual([2584, 19])
    expect([await fib(18), calls]).toEqual([2584, 38])
  })

  it('refresh runs once for iterations at the same time, and once for each key of a recursion', async () => {
    const { persist } = harness({ env: { PERSIST_MODE: 'refresh' } })
    const cache = makeStore()
    let runs = 0
    const slow = persist(
      async function* (x: number) {
        yield x + 100 * ++runs
      },
      { funcname: 'slow', cache },
    )
    const all = await Promise.all(Array.from({ length: 10 }, () => chunksOf(slow(1))))
    expect(all).toEqual(Array.from({ length: 10 }, () => [101]))
    expect(await chunksOf(slow(1))).toEqual([201])
    let calls = 0
    const fib = persist(
      async function* (n: number): AsyncGenerator<number> {
        calls++
        if (n < 2) return yield n
        let sum = 0
        for await (const one of fib(n - 1)) sum += one
        for await (const two of fib(n - 2)) sum += two
        yield sum
      },
      { funcname: 'fib', cache },
    )
    expect([await chunksOf(fib(12)), calls]).toEqual([[144], 13])
    expect([await chunksOf(fib(12)), calls]).toEqual([[144], 26])
  })

  it('refresh computes again and overwrites', async () => {
    const inMode = runsOver(makeStore())
    await inMode('on')(1)
    expect([await inMode('refresh')(1), await inMode('on')(1)]).toEqual([102, 102])
  })

  it('refresh computes again within a call what has the same name in another store', async () => {
    const { persist } = harness({ env: { PERSIST_MODE: 'refresh' } })
    const inStore = () => persist(async (_x: number) => 'new', { funcname: 'f', cache: makeStore() })
    const [here, there] = [inStore(), inStore()]
    const layer = (fn: (x: number) => Promise<string>) => persist(fn, { funcname: 'layer', cache: makeStore() })
    const inner = layer(async () => 'new')
    const layered = layer(inner)
    const both = persist(async (x: number) => [await here(x), await there(x), await layered(x)], {
      cache: makeStore(),
      funcname: 'both',
    })
    for (const f of [here, there, inner, layered]) await f.put('old', 1)
    expect(await both(1)).toEqual(['new', 'new', 'new'])
  })

  it('refresh of a nested call that fails or whose result is not stored does not serve an older one', async () => {
    const { persist } = harness({ env: { PERSIST_MODE: 'refresh' } })
    let runs = 0
    const fails = persist(
      async (_x: number) => {
        if (++runs === 1) throw new Error('the first')
        return 'new'
      },
      { funcname: 'fails', cache: makeStore() },
    )
    const unstored = persist(async (_x: number) => 'new', {
      funcname: 'unstored',
      cache: makeStore(),
      shouldStore: (value) => value === 'old',
    })
    for (const f of [fails, unstored]) await f.put('old', 1)
    const twice = persist(
      async (x: number) => [await fails(x).catch(() => fails(x)), await unstored(x), await unstored(x)],
      { funcname: 'twice', cache: makeStore() },
    )
    expect(await twice(1)).toEqual(['new', 'new', 'new'])
  })

  it('refresh computes again within a call through two wrappings at the same time', async () => {
    const { persist } = harness({ env: { PERSIST_MODE: 'refresh' } })
    const cache = makeStore()
    const one = async (_x: number) => 'new'
    const wrappings = [1, 2].map(() => persist(one, { funcname: 'one', cache }))
    await wrappings[0]!.put('old', 1)
    const both = persist(async (x: number) => Promise.all(wrappings.map((f) => f(x))), {
      funcname: 'both',
      cache: makeStore(),
    })
    expect(await both(1)).toEqual(['new', 'new'])
  })

  it('replay serves stored results, expired or not, and never computes', async () => {
    const cache = makeStore()
    const { persist, advance } = harness()
    const one = () => 1
    await persist(one, { funcname: 'f', cache, ttl: 1_000 })()
    advance(5_000)
    const replaying = harness({ env: { PERSIST_MODE: 'replay' } })
    replaying.advance(5_000)
    const f = replaying.persist(one, { funcname: 'f', cache, ttl: 1_000 })
    expect(await f()).toBe(1)
    await f.forget()
    await expect(async () => f()).rejects.toThrow(expect.objectContaining({ code: 'ERR_PERSIST_REPLAY_MISS' }))
  })

  it('other values are rejected at wrap time', () => {
    expect(() => runsOver(makeStore())('sometimes')).toThrow(/PERSIST_MODE must be on, off, refresh, replay, verify/)
  })
})

inBothModes('a computation that fails', (makeStore) => {
  it('fails for all callers that wait for it, is not stored, and the next call tries again', async () => {
    const { persist } = harness()
    let runs = 0
    const f = persist(
      async () => {
        await null
        if (++runs === 1) throw new Error('the first')
        return runs
      },
      { funcname: 'f', cache: makeStore() },
    )
    const outcomes = await Promise.allSettled([f(), f(), f()])
    expect(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason?.message)).toEqual(
      Array.from({ length: 3 }, () => 'the first'),
    )
    expect([await f(), runs]).toEqual([2, 2])
  })

  it('releases its lease, also if the function throws before it returns a promise', async () => {
    const { persist, report, eventNames } = harness()
    let runs = 0
    const f = persist(
      (): Promise<number> => {
        if (++runs === 1) throw new Error('at once')
        return Promise.resolve(runs)
      },
      { funcname: 'f', cache: makeStore(), report },
    )
    await expect(async () => f()).rejects.toThrow('at once')
    expect(await f()).toBe(2)
    expect(eventNames()).toEqual(['miss absent', 'compute', 'miss absent', 'compute', 'write'])
  })
})
