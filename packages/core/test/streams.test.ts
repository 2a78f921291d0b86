import { createPersist, memoryStore, type StoreAdapter } from '@persist/core'
import type { Entry } from '@persist/store'
import { delayed } from '@persist/store/conformance'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { asOtherProcess, gate, harness, inBothModes, runPending, withMethods, withoutLeases } from './harness.ts'

async function all<T>(chunks: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const chunk of chunks) list.push(chunk)
  return list
}

inBothModes('a persisted async generator', (makeStore) => {
  /** Counts to `n`, and records the yielded numbers. */
  function counting(yielded: number[] = []) {
    let runs = 0
    return {
      runs: () => runs,
      count: async function* count(n: number) {
        runs++
        for (let i = 1; i <= n; i++) {
          yielded.push(i)
          yield i
        }
      },
    }
  }

  it('yields live on a miss, chunk by chunk, and replays on a hit', async () => {
    const { persist, report, eventNames } = harness()
    const pulled: number[] = []
    const { count, runs } = counting(pulled)
    const f = persist(count, { cache: makeStore(), report })
    const iteration = f(3)
    expectTypeOf(iteration).toEqualTypeOf<AsyncGenerator<number, void, unknown>>()
    expect(pulled).toEqual([])
    expect(await iteration.next()).toEqual({ value: 1, done: false })
    expect(pulled).toEqual([1])
    expect(await all(iteration)).toEqual([2, 3])
    expect(eventNames()).toEqual(['miss absent', 'compute', 'write'])
    expect([await all(f(3)), runs()]).toEqual([[1, 2, 3], 1])
    expect(eventNames()).toEqual(['hit store'])
    expect(await f.peek(3)).toEqual([1, 2, 3])
    expectTypeOf(f.peek).returns.resolves.toEqualTypeOf<number[] | undefined>()
  })

  it('stores nothing for a consumer that stops early, and stops the function', async () => {
    const { persist, report, eventNames } = harness()
    let cleaned = 0
    const f = persist(
      async function* f() {
        try {
          yield 1
          yield 2
        } finally {
          cleaned++
        }
      },
      { cache: makeStore(), report },
    )
    for await (const chunk of f()) {
      expect(chunk).toBe(1)
      break
    }
    expect([cleaned, await f.has()]).toEqual([1, false])
    expect(eventNames()).toEqual(['miss absent', 'skip incomplete'])
  })

  it('stores a run that begins while the function of an earlier one, which its consumers have left, still cleans up', async () => {
    const { persist } = harness()
    const { open, passed } = gate()
    let runs = 0
    const f = persist(
      async function* f() {
        const isFirst = ++runs === 1
        try {
          yield 1
          yield 2
        } finally {
          if (isFirst) await passed
        }
      },
      { cache: makeStore() },
    )
    const left = f()
    await left.next()
    const leaving = left.return(undefined)
    await runPending()
    const next = f()
    await next.next()
    open()
    await leaving
    expect(await all(next)).toEqual([2])
    expect([await f.peek(), await all(f()), runs]).toEqual([[1, 2], [1, 2], 2])
  })

  it('passes an error unchanged and stores nothing', async () => {
    const { persist, report, eventNames } = harness()
    const mistake = new RangeError('mine')
    const f = persist(
      async function* f() {
        yield 1
        throw mistake
      },
      { cache: makeStore(), report },
    )
    await expect(all(f())).rejects.toBe(mistake)
    expect(await f.has()).toBe(false)
    expect(eventNames()).toEqual(['miss absent', 'compute'])
  })

  it('runs once for all concurrent consumers, of any speed, and each gets all chunks', async () => {
    const { persist } = harness()
    const { count, runs } = counting()
    const f = persist(count, { cache: makeStore() })
    const first = f(4)
    expect((await first.next()).value).toBe(1)
    const [second, rest, third] = await Promise.all([all(f(4)), all(first), all(f(4))])
    expect([second, rest, third]).toEqual([
      [1, 2, 3, 4],
      [2, 3, 4],
      [1, 2, 3, 4],
    ])
    expect(runs()).toBe(1)
  })

  it('continues for the others when one of them leaves', async () => {
    const { persist } = harness()
    const { count, runs } = counting()
    const f = persist(count, { cache: makeStore() })
    const [first, second] = [f(3), f(3)]
    await first.next()
    await second.next()
    await first.return(undefined)
    expect(await all(second)).toEqual([2, 3])
    expect([await f.peek(3), runs()]).toEqual([[1, 2, 3], 1])
  })

  it('stores chunks as they were yielded, even if a consumer changes them', async () => {
    const { persist } = harness()
    const f = persist(
      async function* f() {
        yield { list: [1] }
        yield { list: [2] }
      },
      { cache: makeStore() },
    )
    for await (const chunk of f()) chunk.list.push(9)
    expect(await all(f())).toEqual([{ list: [1] }, { list: [2] }])
  })

  it('does not store a stream that cannot be replayed: a chunk that cannot be pickled, a returned value', async () => {
    const { persist, report, eventNames } = harness()
    const cache = makeStore()
    const f = persist(
      async function* f() {
        yield () => 1
        yield () => 2
      },
      { cache, report },
    )
    expect((await all(f())).map((chunk) => chunk())).toEqual([1, 2])
    expect(eventNames()).toEqual(['miss absent', 'problem', 'compute', 'skip incomplete'])
    const g = persist(
      async function* g() {
        yield 1
        return 'and more'
      },
      { cache, report },
    )
    expect(await all(g())).toEqual([1])
    expect(eventNames()).toEqual(['miss absent', 'compute', 'problem'])
    expect([await f.has(), await g.has()]).toEqual([false, false])
  })

  /** Yields each value that a consumer sends, and the message of each error. */
  async function* echo(): AsyncGenerator<string, string, string> {
    for (let word = 'ready'; word !== 'stop'; ) {
      try {
        word = yield word
      } catch (error) {
        word = (error as Error).message
      }
    }
    return 'bye'
  }

  it('passes values from its only consumer to the function; they are no part of the key, so nothing is stored', async () => {
    const { persist, report, eventNames } = harness()
    const f = persist(echo, { cache: makeStore(), report })
    const iteration = f()
    await iteration.next()
    expect(await iteration.next('one')).toEqual({ done: false, value: 'one' })
    const other = f()
    expect((await other.next()).value).toBe('ready')
    expect(await iteration.throw(new Error('two'))).toEqual({ done: false, value: 'two' })
    expect(await iteration.next('stop')).toEqual({ done: true, value: 'bye' })
    expect(eventNames()).toEqual(['miss absent', 'miss absent', 'compute', 'skip steered'])
    expect(await other.next('stop')).toEqual({ done: true, value: 'bye' })
    expect(await f.has()).toBe(false)
  })

  it('values from one of several consumers reach no other: a value is lost, and an error ends its own iteration', async () => {
    const { persist } = harness()
    const f = persist(
      async function* f(): AsyncGenerator<number, void, number | undefined> {
        for (let n = 1; n < 4; n++) yield (yield n) ?? -n
      },
      { cache: makeStore() },
    )
    const [one, two] = [f(), f()]
    const mistake = new Error('mine')
    await one.next()
    await two.next()
    expect((await one.next(7)).value).toBe(-1)
    await expect(two.throw(mistake)).rejects.toBe(mistake)
    expect(await all(one)).toEqual([2, -2, 3, -3])
    expect(await f.peek()).toEqual([1, -1, 2, -2, 3, -3])
  })

  it('passes the return value of the function to each live consumer', async () => {
    const { persist } = harness()
    const f = persist(
      async function* f() {
        yield 1
        return { total: 1 }
      },
      { cache: makeStore() },
    )
    const [one, two] = [f(), f()]
    for (const iteration of [one, two]) await iteration.next()
    const [first, second] = [await one.next(), await two.next()]
    expect(first).toEqual({ done: true, value: { total: 1 } })
    expect(second).toEqual(first)
    expect(second.value).not.toBe(first.value)
  })

  it('an expired one passes values to the function too, if the function succeeds', async () => {
    const { persist, advance } = harness()
    const f = persist(echo, { cache: makeStore(), ttl: 1_000, staleIfError: 10_000 })
    await f.put(['old'])
    advance(1_500)
    const iteration = f()
    expect((await iteration.next()).value).toBe('ready')
    expect((await iteration.next('stop')).value).toBe('bye')
  })

  it('a consumer that leaves before the first chunk gets its own reason, and no expired one', async () => {
    const { persist, advance } = harness()
    const f = persist(
      async function* f() {
        await new Promise(() => {})
        yield 1
      },
      { cache: makeStore(), ttl: 1_000, staleIfError: 10_000 },
    )
    await f.put([0])
    advance(1_500)
    const leaving = new AbortController()
    const next = f.with({ signal: leaving.signal })().next()
    setImmediate(() => setImmediate(() => leaving.abort(new Error('enough'))))
    await expect(next).rejects.toThrow('enough')
  })

  it('a refresh runs to its end when it is awaited, and chunk by chunk when it is iterated', async () => {
    const { persist } = harness()
    const { count, runs } = counting()
    const f = persist(count, { cache: makeStore() })
    const chunks = await f.refresh(2)
    expectTypeOf(chunks).toEqualTypeOf<number[]>()
    expect([chunks, await f.peek(2), runs()]).toEqual([[1, 2], [1, 2], 1])
    const iteration = f.refresh(2)
    expect(await iteration.next()).toEqual({ done: false, value: 1 })
    expect([await iteration, await iteration, runs()]).toEqual([[2], [2], 2])
  })

  it('a nested call with its own key runs instead of waiting for itself', async () => {
    const { persist } = harness()
    let depth = 0
    const f: () => AsyncGenerator<number> = persist(
      async function* f(): AsyncGenerator<number> {
        const mine = ++depth
        if (mine < 3) yield* f()
        yield mine
      },
      { cache: makeStore() },
    )
    expect(await all(f())).toEqual([3, 2, 1])
  })

  it('a stream forgotten while it runs is not stored again', async () => {
    const { persist, report, eventNames } = harness()
    const { count } = counting()
    const f = persist(count, { cache: makeStore(), report })
    const iteration = f(2)
    await iteration.next()
    await f.forget(2)
    expect(await all(iteration)).toEqual([2])
    expect(await f.has(2)).toBe(false)
    expect(eventNames()).toEqual(['miss absent', 'compute', 'skip fenced'])
  })

  it('a stream forgotten while it is stored, after its consumer has left, is not stored again', async () => {
    const { persist } = harness()
    const isWriting = gate()
    const write = gate()
    const inner = makeStore()
    const cache = withMethods(withoutLeases(inner), {
      set: async (entry: Entry) => {
        isWriting.open()
        await write.passed
        return inner.open('f').set(entry)
      },
    })
    const f = persist(counting().count, { funcname: 'f', cache: { ...cache, mode: 'async' } as StoreAdapter })
    const controller = new AbortController()
    const chunks = all(f.with({ signal: controller.signal })(2))
    await isWriting.passed
    controller.abort(new Error('left'))
    await expect(chunks).rejects.toThrow('left')
    const forgotten = f.forget(2)
    await runPending()
    write.open()
    await forgotten
    await runPending()
    expect(await f.has(2)).toBe(false)
  })

  const CHANGES: readonly (readonly [string, (f: Counting) => unknown, unknown])[] = [
    ['forgotten', (f) => f.forget(2), undefined],
    ['cleared', (f) => f.clear(), undefined],
    ['put', (f) => f.put([7], 2), [7]],
    ['refreshed', (f) => all(f.with({ refresh: true })(2)), [1, 2]],
  ]
  interface Counting {
    (n: number): AsyncGenerator<number>
    forget(n: number): unknown
    clear(): unknown
    put(value: number[], n: number): unknown
    with(overrides: { refresh: boolean }): (n: number) => AsyncGenerator<number>
  }

  it.each(CHANGES)(
    'an entry that another process has %s while it runs is not overwritten',
    async (_verb, change, left) => {
      const { persist, report, eventNames } = harness()
      const cache = makeStore()
      const f = persist(counting().count, { funcname: 'count', cache, report })
      const g = persist(counting().count, { funcname: 'count', cache: asOtherProcess(cache) })
      const iteration = f(2)
      await iteration.next()
      await change(g)
      expect(await all(iteration)).toEqual([2])
      expect(await f.peek(2)).toEqual(left)
      expect(eventNames()).toEqual(['miss absent', 'compute', 'skip fenced'])
    },
  )

  it('two processes iterate concurrently without waiting for each other, and the first to end stores', async () => {
    const { persist, report, eventNames } = harness()
    const cache = makeStore()
    const f = persist(counting().count, { funcname: 'count', cache, report })
    const g = persist(counting().count, { funcname: 'count', cache: asOtherProcess(cache), report })
    const slow = f(2)
    await slow.next()
    expect(await all(g(2))).toEqual([1, 2])
    expect(eventNames()).toEqual(['miss absent', 'miss absent', 'compute', 'write'])
    expect(await all(slow)).toEqual([2])
    expect(eventNames()).toEqual(['compute', 'skip fenced'])
    expect(await f.peek(2)).toEqual([1, 2])
  })

  it.each([
    ['left', (iteration: AsyncGenerator<number>) => iteration.return(undefined)],
    ['failed', (iteration: AsyncGenerator<number>) => iteration.next().catch(() => {})],
  ])('one that was %s releases its lease', async (_how, end) => {
    const { persist } = harness()
    const cache = makeStore()
    let fails = true
    const f = persist(
      async function* f() {
        yield 1
        if (fails) throw new Error('down')
      },
      { cache },
    )
    const iteration = f()
    await iteration.next()
    await end(iteration)
    fails = false
    expect(await all(f())).toEqual([1])
    expect(await f.peek()).toEqual([1])
  })

  it('one whose cleanup fails releases its lease', async () => {
    const { persist, report, eventNames } = harness()
    const cache = makeStore()
    const f = persist(
      async function* f() {
        try {
          yield 1
        } finally {
          await Promise.reject(new Error('cleanup'))
        }
      },
      { funcname: 'f', cache },
    )
    const iteration = f()
    await iteration.next()
    await expect(iteration.return()).rejects.toThrow('cleanup')
    const other = persist(async () => [2], { funcname: 'f', cache: asOtherProcess(cache), report })
    expect(await other()).toEqual([2])
    expect(eventNames()).toEqual(['miss absent', 'compute', 'write'])
  })

  it('the function does not begin after its only consumer has left', async () => {
    const { persist } = harness()
    const leaving = new AbortController()
    const cache = withMethods(makeStore(), {
      lease: () => {
        leaving.abort()
        return undefined
      },
    })
    const { count, runs } = counting()
    const f = persist(count, { cache })
    await expect(f.with({ signal: leaving.signal })(2).next()).rejects.toThrow('aborted')
    await new Promise(setImmediate)
    expect(runs()).toBe(0)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    ['returns a promise', async () => [1]],
  ])('a consumer loses no chunk by an unpickle that %s', async (_how, unpickle) => {
    const { persist } = harness()
    const f = persist(
      async function* f() {
        yield { x: 1 }
        yield { x: 2 }
      },
      { cache: makeStore(), pickle: JSON.stringify, unpickle: unpickle as never },
    )
    const chunks = [{ x: 1 }, { x: 2 }]
    expect(await Promise.all([all(f()), all(f())])).toEqual([chunks, chunks])
  })

  it('a call with maxAge follows no run that began earlier than that', async () => {
    const { persist, advance } = harness()
    let runs = 0
    const f = persist(
      async function* f() {
        const run = ++runs
        yield `${run}a`
        yield `${run}b`
      },
      { cache: makeStore() },
    )
    const slow = f()
    await slow.next()
    advance(60_000)
    expect(await all(f.with({ maxAge: '10s' })())).toEqual(['2a', '2b'])
    expect(await all(slow)).toEqual(['1b'])
  })

  it('consumers share no chunk that cannot be copied: each gets one of its own run', async () => {
    const { persist } = harness()
    let runs = 0
    const f = persist(
      async function* f() {
        const run = ++runs
        yield 'first'
        yield new Response(`second of run ${run}`)
        yield 'last'
      },
      { cache: makeStore(), verbosity: 0 },
    )
    const read = async () => {
      const texts: string[] = []
      for await (const chunk of f()) texts.push(typeof chunk === 'string' ? chunk : await chunk.text())
      return texts
    }
    const [one, other] = await Promise.all([read(), read()])
    expect([one, other]).toEqual([
      ['first', 'second of run 1', 'last'],
      ['first', 'second of run 2', 'last'],
    ])
    const running = f()
    await running.next()
    await running.next()
    expect(await read()).toEqual(['first', 'second of run 4', 'last'])
    expect(await f.has()).toBe(false)
  })

  it('an expired one is replayed while a background refresh collects the next', async () => {
    const { persist, advance, waitUntil, background } = harness()
    let runs = 0
    const f = persist(
      async function* f() {
        yield ++runs
      },
      { cache: makeStore(), ttl: 1_000, staleWhileRevalidate: 1_000, waitUntil },
    )
    await all(f())
    advance(1_500)
    expect(await all(f())).toEqual([1])
    await background()
    expect(await all(f())).toEqual([2])
  })

  it('a background refresh stops the function at a chunk that cannot be copied', async () => {
    const { persist, advance, waitUntil, background } = harness()
    let runs = 0
    let stopped = 0
    const f = persist(
      async function* f() {
        runs++
        try {
          yield runs === 1 ? 1 : () => {}
          yield 2
        } finally {
          stopped++
        }
      },
      { cache: makeStore(), ttl: 1_000, staleWhileRevalidate: 1_000, waitUntil, verbosity: 0 },
    )
    await all(f())
    advance(1_500)
    expect(await all(f())).toEqual([1, 2])
    await background()
    expect([runs, stopped]).toEqual([2, 2])
  })

  it('an expired one is replayed if the function fails before its first chunk, within staleIfError', async () => {
    const { persist, advance } = harness()
    let fails = false
    let takes = 0
    const f = persist(
      async function* f() {
        advance(takes)
        if (fails) throw new Error('down')
        yield 1
      },
      { cache: makeStore(), ttl: 1_000, staleIfError: 10_000 },
    )
    await all(f())
    fails = true
    advance(1_500)
    expect(await all(f())).toEqual([1])
    takes = 10_000
    await expect(all(f())).rejects.toThrow('down')
  })

  it('the signal of one caller ends its own wait; the function is aborted when all have left', async () => {
    const { persist } = harness()
    let inside: AbortSignal | undefined
    const f = persist(
      async function* f(_x: number, { signal }: { signal: AbortSignal }) {
        inside = signal
        yield 1
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
      { cache: makeStore() },
    )
    const [one, two] = [new AbortController(), new AbortController()]
    const outcomes = Promise.allSettled([all(f(1, { signal: one.signal })), all(f(1, { signal: two.signal }))])
    while (inside === undefined) await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setTimeout(resolve, 20))
    one.abort(new Error('first leaves'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(inside.aborted).toBe(false)
    two.abort(new Error('second leaves'))
    expect((await outcomes).map((outcome) => (outcome as PromiseRejectedResult).reason.message)).toEqual([
      'first leaves',
      'second leaves',
    ])
    expect(inside.aborted).toBe(true)
    expect((await f.stats()).entries).toBe(0)
  })

  it.each([
    ['with bypass', 'on', (f: Leavable, signal: AbortSignal) => f.with({ bypass: true, signal })()],
    ['switched off', 'off', (f: Leavable, signal: AbortSignal) => f.with({ signal })()],
    ['of a list, switched off', 'off', (f: Leavable, signal: AbortSignal) => f.many([[]], { signal })[0]!],
  ] as const)('a signal makes its consumer leave without the store too: %s', async (_way, mode, start) => {
    const { persist } = harness({ env: { PERSIST_MODE: mode } })
    let isStopped = false
    const resume = gate()
    const f = persist(
      async function* f() {
        try {
          yield 1
          await resume.passed
          yield 2
        } finally {
          isStopped = true
        }
      },
      { cache: makeStore() },
    )
    const controller = new AbortController()
    const iteration = start(f, controller.signal)
    expect(await iteration.next()).toEqual({ done: false, value: 1 })
    const second = iteration.next()
    controller.abort(new Error('left'))
    await expect(second).rejects.toThrow('left')
    resume.open()
    await runPending()
    expect(isStopped).toBe(true)
  })
  interface Leavable {
    with(overrides: { bypass?: true; signal: AbortSignal }): () => AsyncGenerator<number>
    many(calls: [][], options: { signal: AbortSignal }): AsyncGenerator<number>[]
  }

  it('put, refresh, many and the cache use its list of chunks', async () => {
    const { persist } = harness()
    const { count, runs } = counting()
    const f = persist(count, { cache: makeStore() })
    await f.put([7, 8], 2)
    expect(await all(f(2))).toEqual([7, 8])
    expect(await all(f.refresh(2))).toEqual([1, 2])
    expect(await Promise.all(f.many([[2], [1]]).map(all))).toEqual([[1, 2], [1]])
    expect([await f.cache.get([2]), runs()]).toEqual([[1, 2], 2])
  })
})

describe('waitUntil', () => {
  it('gets the writing of a stream whose consumers have left', async () => {
    const { persist, background, waitUntil, report, eventNames } = harness()
    const reached = gate()
    const written = gate()
    const isSlow = (inner: StoreAdapter) => {
      const lease: NonNullable<ReturnType<StoreAdapter['open']>['lease']> = async (...args) => {
        const own = await inner.open('f').lease!(...args)
        const publish = async (entry: Entry) => {
          reached.open()
          await written.passed
          return own!.publish(entry)
        }
        return own && { ...own, publish }
      }
      return withMethods(inner, { lease })
    }
    const f = persist(
      async function* () {
        yield 1
      },
      { funcname: 'f', cache: isSlow(delayed(memoryStore())), waitUntil, report },
    )
    const controller = new AbortController()
    const consumer = f.with({ signal: controller.signal })()
    await consumer.next()
    const end = consumer.next()
    await reached.passed
    controller.abort()
    await expect(end).rejects.toThrow('aborted')
    written.open()
    await background()
    expect(eventNames()).toContain('write')
  })

  it('gets the end of a chunk that a stream computes when its consumers leave', async () => {
    const { persist, background, waitUntil } = harness()
    const computed = gate()
    let isCleanedUp = false
    const f = persist(
      async function* () {
        try {
          yield 1
          await computed.passed
          yield 2
        } finally {
          isCleanedUp = true
        }
      },
      { funcname: 'f', cache: memoryStore(), waitUntil },
    )
    const controller = new AbortController()
    const consumer = f.with({ signal: controller.signal })()
    await consumer.next()
    const next = consumer.next()
    await runPending()
    controller.abort()
    await expect(next).rejects.toThrow('aborted')
    computed.open()
    await background()
    expect(isCleanedUp).toBe(true)
  })
})

describe('the mode of the run', () => {
  it('off calls the function, replay never computes', async () => {
    const one = async function* one() {
      yield 1
    }
    const cache = memoryStore()
    const off = createPersist({ env: { PERSIST_MODE: 'off' }, stderr: () => {} })(one, { cache })
    expect([await all(off()), off.stats().entries]).toEqual([[1], 0])
    const replay = createPersist({ env: { PERSIST_MODE: 'replay' }, stderr: () => {} })(one, { cache })
    const isMiss = expect.objectContaining({ code: 'ERR_PERSIST_REPLAY_MISS' })
    await expect(all(replay())).rejects.toThrow(isMiss)
    await expect(all(replay.with({ refresh: true })())).rejects.toThrow(isMiss)
    await expect(all(replay.refresh())).rejects.toThrow(isMiss)
    await createPersist({ env: {} })(one, { cache })().next()
    replay.put([5])
    expect(await all(replay())).toEqual([5])
  })

  it('a generator that is not async is rejected at wrap time', () => {
    const { persist } = harness()
    expect(() =>
      persist(function* numbers() {
        yield 1
      }),
    ).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_OPTION' }))
  })
})
