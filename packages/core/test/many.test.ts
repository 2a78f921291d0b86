import { setTimeout as sleep } from 'node:timers/promises'
import {
  createPersist,
  type ManyProgress,
  memoryStore,
  type PersistEvent,
  persisted,
  type Store,
  type StoreAdapter,
} from '@persist/core'
import { delayed } from '@persist/store/conformance'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { inBothModes } from './harness.ts'

const persist = createPersist({ env: {}, stderr: () => {} })

const unhandled: unknown[] = []
const hear = (reason: unknown) => unhandled.push(reason)
beforeAll(() => void process.on('unhandledRejection', hear))
afterAll(async () => {
  await sleep(10)
  process.off('unhandledRejection', hear)
  expect(unhandled).toEqual([])
})

type GetMany = NonNullable<Store['getMany']>

/** A store that calls `act` before each `getMany`. */
function beforeGetMany(store: StoreAdapter, act: (hashes: readonly string[]) => void): StoreAdapter {
  const open: StoreAdapter['open'] = (namespace, options) => {
    const inner = store.open(namespace, options)
    const getMany = (hashes: Parameters<GetMany>[0]) => {
      act(hashes)
      return inner.getMany!(hashes)
    }
    return new Proxy(inner, {
      get(target, name) {
        if (name === 'getMany') return getMany
        const member: unknown = Reflect.get(target, name)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
  }
  return { ...store, open } as StoreAdapter
}

/** Counts the calls of `getMany`. */
function counted(store: StoreAdapter): { cache: StoreAdapter; trips: number[] } {
  const trips: number[] = []
  return { cache: beforeGetMany(store, (hashes) => void trips.push(hashes.length)), trips }
}

async function collect<T>(list: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of list) all.push(one)
  return all
}

inBothModes('many of an array', (makeStore) => {
  it('a failed call loses no other result, and the first error in the list is thrown unchanged', async () => {
    const errors = [new Error('two'), new Error('four')]
    const ran: number[] = []
    const f = persist(
      (x: number) => {
        ran.push(x)
        if (x === 2) throw errors[0]
        if (x === 4) throw errors[1]
        return x * x
      },
      { funcname: 'f', cache: makeStore() },
    )
    await expect((async () => f.many([[1], [2], [3], [4], [5]]))()).rejects.toBe(errors[0])
    expect(ran).toEqual([1, 2, 3, 4, 5])
    expect([await f.has(1), await f.has(3), await f.has(5)]).toEqual([true, true, true])
  })

  it('settle returns every outcome, as Promise.allSettled does', async () => {
    const reason = new Error('no')
    const f = persist(
      (x: number) => {
        if (x === 2) throw reason
        return x
      },
      { funcname: 'f', cache: makeStore() },
    )
    expect(await f.many([[1], [2], [3]], { settle: true })).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason },
      { status: 'fulfilled', value: 3 },
    ])
  })

  it('an invalid key fails only its own item', async () => {
    const f = persist((x: unknown) => typeof x, { funcname: 'f', cache: makeStore() })
    const outcomes = await f.many([['a'], [() => {}], ['b']], { settle: true })
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: { code: 'ERR_PERSIST_KEY' } })
  })

  it.each([
    ['a number', [[1], 2], 1],
    ['a string, which could be destructured', ['ab'], 0],
    ['an object', [[1], [2], { 0: 3 }], 2],
    ['a hole', [[1], undefined], 1],
  ])('an item that is %s is an OptionError with its index, before anything runs', async (_, list, index) => {
    let runs = 0
    const f = persist((x: number) => x + runs++, { funcname: 'f', cache: makeStore() })
    await expect((async () => f.many(list as never))()).rejects.toMatchObject({
      code: 'ERR_PERSIST_OPTION',
      message: expect.stringContaining(`item ${index} is`),
    })
    expect(runs).toBe(0)
  })

  it.each([undefined, null, 3, 'ab', {}])('%s is no list', async (list) => {
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore() })
    await expect((async () => f.many(list as never))()).rejects.toThrow(/many takes an array, an iterable or/)
  })

  it.each([
    [{ concurency: 3 }, /many has no option "concurency"; did you mean concurrency\?/],
    [{ concurrency: 0 }, /the option concurrency of many must be a positive whole number, or Infinity/],
    [{ concurrency: '3' }, /the option concurrency of many must be/],
    [{ settle: 1 }, /the option settle of many must be true or false/],
    [{ signal: {} }, /the option signal of many must be an AbortSignal/],
    [{ onProgress: 3 }, /the option onProgress of many must be a function/],
    [7, /the options of many must be an object, not number/],
  ])('options %j are rejected', async (options, message) => {
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore() })
    await expect((async () => f.many([[1]], options as never))()).rejects.toThrow(message)
  })

  it('options that are undefined count as not given', async () => {
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore() })
    const none = { concurrency: undefined, settle: undefined, signal: undefined, onProgress: undefined }
    expect(await f.many([[1], [2]], none)).toEqual([1, 2])
    expect(await f.many([])).toEqual([])
  })

  it('equal calls of one list run once', async () => {
    let runs = 0
    const f = persist((x: number) => x + runs++, { funcname: 'f', cache: makeStore() })
    expect(await f.many([[1], [1], [1]])).toEqual([1, 1, 1])
    expect(runs).toBe(1)
  })

  it('progress counts ended, stored and failed calls', async () => {
    const f = persist(
      (x: number) => {
        if (x === 3) throw new Error('no')
        return x
      },
      { funcname: 'f', cache: makeStore() },
    )
    await f(1)
    const heard: ManyProgress[] = []
    await f.many([[1], [2], [3], [2]], { settle: true, onProgress: (progress) => void heard.push(progress) })
    expect(heard.map(({ done }) => done)).toEqual([1, 2, 3, 4])
    expect(heard.at(-1)).toEqual({ done: 4, total: 4, hits: 2, failed: 1 })
  })

  it('an error of onProgress is reported, and loses no result', async () => {
    const problems: PersistEvent[] = []
    const report = (event: PersistEvent) => event.name === 'problem' && problems.push(event)
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore(), report })
    const failing = [
      () => {
        throw new Error('mine')
      },
      async () => {
        throw new Error('mine')
      },
    ]
    for (const onProgress of failing) expect(await f.many([[1]], { onProgress })).toEqual([1])
    await sleep(0)
    expect(problems[0]).toMatchObject({ operation: 'onProgress' })
    expect(f.counters.problems).toBe(2)
  })

  it('an aborted signal starts no call, and its reason is thrown', async () => {
    let runs = 0
    const f = persist((x: number) => x + runs++, { funcname: 'f', cache: makeStore() })
    const reason = new Error('stop')
    await expect((async () => f.many([[1]], { signal: AbortSignal.abort(reason), settle: true }))()).rejects.toBe(
      reason,
    )
    expect(runs).toBe(0)
  })

  it('a hash that two keys share fails only the second', async () => {
    const f = persist((text: string) => text.length, {
      funcname: 'f',
      cache: makeStore(),
      hash: ([text]) => text.toLowerCase(),
    })
    await f('Abc')
    const outcomes = await f.many([['x'], ['aBC'], ['Abc']], { settle: true })
    expect(outcomes).toMatchObject([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: { code: 'ERR_PERSIST_HASH_COLLISION' } },
      { status: 'fulfilled', value: 3 },
    ])
  })

  it.each(['report', 'throw'] as const)(
    'a store that fails to read many entries loses no result; %s',
    async (onStoreError) => {
      const cache = beforeGetMany(makeStore(), () => {
        throw new Error('not today')
      })
      const f = persist((x: number) => x, { funcname: 'f', cache, onStoreError })
      await f(1)
      expect(await f.many([[1], [2]])).toEqual([1, 2])
      expect(f.counters).toMatchObject({ hits: 1, misses: 2, problems: 1 })
    },
  )

  it('many of a method takes the instance through call', async () => {
    class Scale {
      readonly factor: number
      constructor(factor: number) {
        this.factor = factor
      }
      @persist({ funcname: 'Scale.times', cache: makeStore(), key: (self: Scale, x: number) => [self.factor, x] })
      async times(x: number) {
        return this.factor * x
      }
    }
    const [two, five] = [new Scale(2), new Scale(5)]
    const { many } = persisted(two.times)
    expect(await many.call(two, [[1], [3]])).toEqual([2, 6])
    expect(await many.call(five, [[1], [3]])).toEqual([5, 15])
  })

  it('fake timers of a test do not block it', async () => {
    const f = persist(async (x: number) => x, { funcname: 'f', cache: makeStore(), concurrency: 1 })
    vi.useFakeTimers()
    try {
      async function* list(): AsyncGenerator<[number]> {
        yield [1]
        yield [2]
      }
      expect(await collect(f.many(list()))).toEqual([1, 2])
      expect(await f.many([[3], [4]])).toEqual([3, 4])
    } finally {
      vi.useRealTimers()
    }
  })

  it('later changes of the list have no effect', async () => {
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore() })
    const list: [number][] = [[1], [2]]
    const results = f.many(list)
    list[1]![0] = 7
    list.pop()
    expect(await results).toEqual([1, 2])
  })

  it('entries in memory are not read from the store', async () => {
    const { cache, trips } = counted(makeStore())
    const f = persist((x: number) => x, { funcname: 'f', cache, memory: true })
    await f(1)
    expect(await f.many([[1]])).toEqual([1])
    expect(trips).toEqual([])
    expect(await f.many([[1], [2]])).toEqual([1, 2])
    expect(trips).toEqual([1])
  })

  it('stored results are read in one round trip per 1,000 calls', async () => {
    const { cache, trips } = counted(makeStore())
    const f = persist((x: number) => x, { funcname: 'f', cache })
    const list = Array.from({ length: 2_500 }, (_, x): [number] => [x])
    await f.many(list)
    trips.length = 0
    expect(await f.many(list)).toEqual(list.map(([x]) => x))
    expect(trips).toEqual([1_000, 1_000, 500])
  })
})

describe('many of a synchronous function over a synchronous store', () => {
  it('returns and throws synchronously', () => {
    const f = persist(
      (x: number) => {
        if (x === 0) throw new Error('zero')
        return x
      },
      { funcname: 'f', cache: memoryStore() },
    )
    expect(f.many([[1], [2]], { concurrency: 1 })).toEqual([1, 2])
    expect(() => f.many([[0], [3]])).toThrow('zero')
    expect(f.has(3)).toBe(true)
  })

  it('stops between two calls when the signal aborts', () => {
    const controller = new AbortController()
    const ran: number[] = []
    const f = persist(
      (x: number) => {
        ran.push(x)
        if (x === 2) controller.abort(new Error('enough'))
        return x
      },
      { funcname: 'f', cache: memoryStore() },
    )
    expect(() => f.many([[1], [2], [3]], { signal: controller.signal })).toThrow('enough')
    expect(ran).toEqual([1, 2])
    expect(f.has(2)).toBe(true)
  })
})

describe('many of a function that returns promises and is not declared async', () => {
  const later = (x: number) => Promise.resolve(2 * x)

  it('returns a promise also if all results are stored', async () => {
    const cache = memoryStore()
    const f = persist(later, { funcname: 'f', cache })
    expect(f.many([[1], [2]])).toBeInstanceOf(Promise)
    await f.many([[1], [2]])
    const stored = f.many([[1], [2]])
    expect(stored).toBeInstanceOf(Promise)
    expect(await stored).toEqual([2, 4])
    const inAnotherProcess = createPersist({ env: {} })(later, { funcname: 'f', cache })
    expect(inAnotherProcess.many([[1]])).toBeInstanceOf(Promise)
  })

  it('handles every rejection if one call throws synchronously and others reject later: the first error wins', async () => {
    const f = persist(
      (x: number): Promise<number> => {
        if (x === 2) throw new Error('at once')
        return sleep(5).then(() => {
          throw new Error(`later ${x}`)
        })
      },
      { funcname: 'f', cache: memoryStore() },
    )
    await expect((async () => f.many([[1], [2], [3]]))()).rejects.toThrow('later 1')
    const outcomes = await f.many([[1], [2], [3]], { settle: true })
    expect(outcomes.map((one) => one.status === 'rejected' && one.reason.message)).toEqual([
      'later 1',
      'at once',
      'later 3',
    ])
  })

  it('rejects, and does not throw, if one call throws synchronously', async () => {
    const f = persist(
      (x: number): Promise<number> => {
        if (x === 1) throw new Error('at once')
        return later(x)
      },
      { funcname: 'f', cache: memoryStore() },
    )
    const results = f.many([[1], [2]])
    expect(results).toBeInstanceOf(Promise)
    await expect(results).rejects.toThrow('at once')
    expect(f.has(2)).toBe(true)
  })
})

describe('many of an asynchronous function', () => {
  it('a signal aborts running calls, starts no others, and keeps stored results', async () => {
    const controller = new AbortController()
    const aborted: number[] = []
    const f = persist(
      async (x: number, { signal }: { signal?: AbortSignal } = {}) => {
        if (x === 1) return x
        signal!.addEventListener('abort', () => aborted.push(x))
        await sleep(60_000, undefined, { signal: signal! })
        return x
      },
      { funcname: 'f', cache: memoryStore() },
    )
    const { signal } = controller
    const results = f.many(
      [
        [1, { signal }],
        [2, { signal }],
        [3, { signal }],
      ],
      { signal, settle: true },
    )
    await sleep(5)
    const reason = new Error('stop')
    controller.abort(reason)
    await expect(results).rejects.toBe(reason)
    expect(aborted).toEqual([2, 3])
    expect(f.has(1)).toBe(true)
  })

  it('a thousand calls with one signal cause no warning of a leak', async () => {
    const warnings: Error[] = []
    const warn = (warning: Error) => warnings.push(warning)
    process.on('warning', warn)
    const f = persist(async (x: number) => sleep(1).then(() => x), { funcname: 'f', cache: memoryStore() })
    const { signal } = new AbortController()
    await f.many(
      Array.from({ length: 1_000 }, (_, x): [number] => [x]),
      { signal },
    )
    await sleep(1)
    process.off('warning', warn)
    expect(warnings).toEqual([])
  })
})

inBothModes('many of any other list', (makeStore) => {
  it('a set, a generator and an async generator return an iteration, in order', async () => {
    const f = persist(async (x: number) => sleep(3 - x).then(() => 2 * x), { funcname: 'f', cache: makeStore() })
    const list: [number][] = [[0], [1], [2], [3]]
    function* generator() {
      yield* list
    }
    async function* asyncGenerator() {
      yield* list
    }
    for (const one of [new Set(list), generator(), asyncGenerator()]) {
      expect(await collect(f.many(one))).toEqual([0, 2, 4, 6])
    }
  })

  it('a slow list delays no result', { timeout: 30_000 }, async () => {
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore() })
    async function* slow(): AsyncGenerator<[number]> {
      yield [1]
      yield [2]
      await new Promise(() => {})
    }
    const results = f.many(slow())
    expect([(await results.next()).value, (await results.next()).value]).toEqual([1, 2])
    await results.return()
  })

  it('an endless list of a million is read in bounded memory, and closed when its consumer leaves', async () => {
    let read = 0
    let returned = 0
    const f = persist((x: number) => x % 10, { funcname: 'f', cache: makeStore(), key: (x) => x % 10 })
    function* endless(): Generator<[number]> {
      try {
        for (;;) yield [read++]
      } finally {
        returned++
      }
    }
    let seen = 0
    for await (const result of f.many(endless())) {
      expect(result).toBe(seen % 10)
      expect(read).toBeLessThanOrEqual(seen + 2_001)
      if (++seen === 10_000) break
    }
    expect(returned).toBe(1)
  })

  it('without settle it ends at the first failed call, after all started calls are stored', async () => {
    const f = persist(
      async (x: number) => {
        if (x === 1) throw new Error('one')
        await sleep(5)
        return x
      },
      { funcname: 'f', cache: makeStore() },
    )
    const seen: number[] = []
    const walk = async () => {
      for await (const result of f.many(new Set<[number]>([[0], [1], [2]]))) seen.push(result)
    }
    await expect(walk()).rejects.toThrow('one')
    expect(seen).toEqual([0])
    expect(await f.has(2)).toBe(true)
  })

  it('with settle it continues to the end', async () => {
    const f = persist(
      async (x: number) => {
        if (x === 1) throw new Error('one')
        return x
      },
      { funcname: 'f', cache: makeStore() },
    )
    const outcomes = await collect(f.many(new Set<[number]>([[0], [1], [2]]), { settle: true }))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('an error of the list, or an item that is no array, follows the results before it', async () => {
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore() })
    function* failing(): Generator<[number]> {
      yield [1]
      throw new Error('the list failed')
    }
    for (const [list, message] of [
      [failing(), 'the list failed'],
      [new Set<[number]>([[1], 2 as never]), 'item 1 is number'],
    ] as const) {
      const results = f.many(list)
      expect(await results.next()).toEqual({ value: 1, done: false })
      await expect(results.next()).rejects.toThrow(message)
      expect(await results.next()).toEqual({ value: undefined, done: true })
    }
  })

  it('a signal ends it, also while the list yields nothing', { timeout: 30_000 }, async () => {
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore() })
    async function* silent(): AsyncGenerator<[number]> {
      await new Promise(() => {})
    }
    const controller = new AbortController()
    const first = f.many(silent(), { signal: controller.signal }).next()
    await sleep(1)
    const reason = new Error('stop')
    controller.abort(reason)
    await expect(first).rejects.toBe(reason)
  })

  it('progress has no total', async () => {
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore() })
    const heard: ManyProgress[] = []
    await collect(f.many(new Set<[number]>([[1]]), { onProgress: (progress) => void heard.push(progress) }))
    expect(heard).toEqual([{ done: 1, hits: 0, failed: 0 }])
  })

  it('invalid options are rejected immediately, before the list is read', () => {
    const f = persist((x: number) => x, { funcname: 'f', cache: makeStore() })
    expect(() => f.many(new Set<[number]>(), { concurrency: -1 })).toThrow(/concurrency of many/)
  })
})

it('a synchronous function is called when its result is requested, and not ahead', async () => {
  const ran: number[] = []
  const f = persist((x: number) => ran.push(x), { funcname: 'f', cache: memoryStore() })
  const results = f.many(new Set<[number]>([[1], [2], [3]]))
  await results.next()
  await sleep(1)
  expect(ran).toEqual([1])
  await results.return()
})

it('many aborts running calls when its consumer leaves', async () => {
  const aborted: number[] = []
  let started = 0
  let startLast = () => {}
  // A busy thread starts calls one after the other.
  const allStarted = new Promise<void>((resolve) => {
    startLast = resolve
  })
  const f = persist(
    async (x: number, { signal }: { signal?: AbortSignal } = {}) => {
      signal!.addEventListener('abort', () => aborted.push(x))
      if (++started === 3) startLast()
      await allStarted
      if (x > 1) await sleep(60_000, undefined, { signal: signal! })
      return x
    },
    { funcname: 'f', cache: memoryStore() },
  )
  const { signal } = new AbortController()
  for await (const result of f.many(
    new Set([1, 2, 3].map((x): [number, { signal: AbortSignal }] => [x, { signal }])),
  )) {
    expect(result).toBe(1)
    break
  }
  expect(aborted).toEqual([2, 3])
})

it('many of an async generator returns one iteration per call, and takes no option but signal', async () => {
  const f = persist(
    async function* (x: number) {
      yield x
    },
    { funcname: 'f', cache: memoryStore() },
  )
  const [one, two] = f.many([[1], [2]])
  expect([await collect(one!), await collect(two!)]).toEqual([[1], [2]])
  for (const option of [{ concurrency: 2 }, { settle: true }, { onProgress: () => {} }]) {
    expect(() => f.many([[1]], option as never)).toThrow(/each iteration goes at the pace of its consumer/)
  }
  expect(() => f.many([[1], 2 as never])).toThrow(/item 1 is number/)
})

describe('for any list', () => {
  it('many returns the same results as the calls one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }),
        fc.constantFrom('sync', 'async', 'promise'),
        fc.constantFrom(memoryStore, () => delayed(memoryStore())),
        fc.constantFrom('array', 'set', 'async'),
        fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
        async (xs, kind, makeStore, form, concurrency) => {
          const compute = (x: number) => {
            if (x % 7 === 3) throw new Error(`no ${x}`)
            return x * x
          }
          const functions = {
            sync: compute,
            async: async (x: number) => compute(x),
            promise: (x: number) => sleep(x % 3).then(() => compute(x)),
          }
          const f = persist(functions[kind], { funcname: 'f', cache: makeStore() })
          const list = xs.map((x): [number] => [x])
          const given = form === 'array' ? list : form === 'set' ? new Set(list) : ReadableStream.from(list)
          const options = { settle: true, concurrency } as const
          const results: PromiseSettledResult<number>[] = []
          if (form === 'array') results.push(...(await f.many(list, options)))
          else for await (const one of f.many(given as AsyncIterable<[number]>, options)) results.push(one)
          expect(results.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.message))).toEqual(
            xs.map((x) => (x % 7 === 3 ? `no ${x}` : x * x)),
          )
        },
      ),
      { numRuns: 150 },
    )
  })
})
