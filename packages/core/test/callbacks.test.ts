import { memoryStore, type PersistEvent } from '@persist/core'
import { describe, expect, it } from 'vitest'
import { harness, inBothModes } from './harness.ts'

/**
 * Failures of user options, as in the table of docs/options.md. `stores`: whether the result is stored. `serves`: whether a
 * stored result is served. `throws`: the code of the error that the caller gets instead of the result.
 */
interface Row {
  readonly option: string
  /** The failing options, each with a description. */
  readonly wrongs: readonly Wrong[]
  readonly stores?: boolean
  readonly throws?: string
  /** Whether a problem is reported. */
  readonly reports?: boolean
}

type Wrong = readonly [how: string, given: unknown]

const boom = new Error('boom')
const fails: Wrong = [
  'throws',
  () => {
    throw boom
  },
]
const rejects: Wrong = ['rejects', async () => Promise.reject(boom)]
const promises = (value: unknown): Wrong => ['returns a promise', async () => value]
const wrong = (value: unknown): Wrong => [`returns ${JSON.stringify(value) ?? String(value)}`, () => value]

const ROWS: readonly Row[] = [
  {
    option: 'shouldStore',
    wrongs: [fails, rejects, promises(false), promises(true), wrong('no'), wrong(undefined), wrong(0)],
    stores: false,
    reports: true,
  },
  {
    option: 'tags',
    wrongs: [fails, rejects, promises(['a']), wrong('abc'), wrong([1]), wrong({}), wrong(7)],
    stores: false,
    reports: true,
  },
  { option: 'tags', wrongs: [wrong(undefined), wrong([])], stores: true, reports: false },
  {
    option: 'ttl',
    wrongs: [fails, rejects, promises(1_000), wrong('soon'), wrong(-1), wrong(Number.NaN), wrong({})],
    stores: false,
    reports: true,
  },
  { option: 'metadata', wrongs: [fails, rejects, promises('x'), wrong(7), wrong({})], stores: true, reports: true },
  { option: 'metadata', wrongs: [wrong(undefined)], stores: true, reports: false },
  { option: 'report', wrongs: [fails, rejects, promises(1), wrong(7)], stores: true },
  {
    option: 'pickle',
    wrongs: [fails, rejects, promises('x'), wrong(7), wrong(undefined)],
    stores: false,
    reports: true,
  },
  { option: 'key', wrongs: [fails, rejects], throws: 'boom' },
  { option: 'key', wrongs: [promises(1), wrong(undefined), wrong(() => {})], throws: 'ERR_PERSIST_KEY' },
  { option: 'hash', wrongs: [fails], throws: 'boom' },
  { option: 'hash', wrongs: [rejects, promises('x'), wrong(7), wrong(undefined)], throws: 'ERR_PERSIST_OPTION' },
]

inBothModes('a user option that fails', (makeStore, mode) => {
  const unhandled: unknown[] = []
  const note = (error: unknown) => unhandled.push(error)

  for (const { option, wrongs, stores, throws, reports } of ROWS) {
    for (const [how, given] of wrongs) {
      it(`${option} ${how}: ${throws === undefined ? `the caller has the result, ${stores ? 'which' : 'nothing'} is stored` : `the call fails with ${throws}`}`, async () => {
        process.on('unhandledRejection', note)
        const events: PersistEvent[] = []
        const { persist } = harness()
        let runs = 0
        const f = persist(async (x: number) => x + runs++, {
          funcname: 'f',
          cache: makeStore(),
          report: (event: PersistEvent) => events.push(event),
          ...(option === 'pickle' && { unpickle: (text: string) => Number(text) }),
          // An immediately rejected promise counts as a failure of the key or the hash itself.
          [option]: given,
        } as object)
        const result = f(1)
        expect(result).toBeInstanceOf(Promise)
        if (throws === undefined) {
          expect(await result).toBe(1)
          expect((await f.stats()).entries).toBe(stores ? 1 : 0)
          const operations = events.filter((event) => event.name === 'problem').map(({ operation }) => operation)
          if (reports !== undefined) expect(operations).toEqual(reports ? [option] : [])
        } else {
          await expect(result).rejects.toSatisfy(
            (error: Error & { code?: string }) =>
              error.code === throws || error.message === throws || error.code === 'ERR_PERSIST_KEY',
          )
          expect(runs).toBe(0)
        }
        await new Promise((resolve) => setImmediate(resolve))
        process.off('unhandledRejection', note)
        expect(unhandled).toEqual([])
      })
    }
  }

  const validates: readonly (readonly [...Wrong, hits: boolean, reports: boolean])[] = [
    [...fails, false, true],
    [...rejects, false, true],
    ['returns a promise of false', async () => false, false, false],
    ['returns a promise of true', async () => true, true, false],
    ['returns nothing', () => undefined, false, false],
    ['is a schema that throws', { '~standard': { validate: fails[1] } }, false, true],
    ['is a schema that rejects', { '~standard': { validate: rejects[1] } }, false, true],
    ['is a schema that returns nothing', { '~standard': { validate: () => undefined } }, false, true],
  ]
  for (const [how, validate, hits, reports] of validates) {
    it(`validate ${how}: a stored result is ${hits ? 'served' : 'computed again'}, by calls and many`, async () => {
      const { persist } = harness()
      const cache = makeStore()
      let runs = 0
      const count = async (x: number) => x + 0 * runs++
      await persist(count, { funcname: 'f', cache })(1)
      const events: PersistEvent[] = []
      const f = persist(count, {
        funcname: 'f',
        cache,
        validate,
        report: (event: PersistEvent) => events.push(event),
      } as object)
      expect([await f(1), runs]).toEqual([1, hits ? 1 : 2])
      expect(await f.many([[1]])).toEqual([1])
      expect(events.some(({ name }) => name === 'problem')).toBe(reports)
      // Over a sync store `has` does not wait for a promise.
      if (mode === 'async' || !how.startsWith('returns a promise')) expect(await f.has(1)).toBe(hits)
    })
  }

  it.each([
    [
      'throws',
      () => {
        throw boom
      },
    ],
    ['returns a promise', async () => 7],
  ])('unpickle %s: the entry counts as unreadable, is reported, and computed again', async (_how, unpickle) => {
    const { persist } = harness()
    const cache = makeStore()
    const events: PersistEvent[] = []
    let runs = 0
    const f = persist(async (x: number) => x + runs++, {
      funcname: 'f',
      cache,
      pickle: String,
      unpickle: unpickle as never,
      report: (event) => events.push(event),
    })
    expect([await f(1), await f(1)]).toEqual([1, 2])
    expect(events.filter(({ name }) => name === 'problem').length).toBeGreaterThan(0)
  })

  it.each([fails, rejects, promises({ x: 1 })])(
    'unpickle %s: calls that share one run get the result',
    async (_how, unpickle) => {
      const { persist } = harness()
      const f = persist(async (x: number) => ({ x }), {
        funcname: 'f',
        cache: makeStore(),
        pickle: JSON.stringify,
        unpickle: unpickle as never,
      })
      expect(await Promise.all([f(1), f(1), f(1)])).toEqual([{ x: 1 }, { x: 1 }, { x: 1 }])
      expect(await f.many([[2], [2]])).toEqual([{ x: 2 }, { x: 2 }])
    },
  )

  it.each([fails, rejects])(
    'waitUntil %s: the refresh continues, and the failure is reported',
    async (_how, waitUntil) => {
      const { persist, advance } = harness()
      const events: PersistEvent[] = []
      let runs = 0
      const f = persist(async () => ++runs, {
        funcname: 'f',
        cache: makeStore(),
        ttl: 1_000,
        staleWhileRevalidate: '1h',
        waitUntil: waitUntil as () => void,
        report: (event) => events.push(event),
      })
      await f()
      advance(1_500)
      expect(await f()).toBe(1)
      for (let turn = 0; turn < 100 && runs < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
      expect(await f()).toBe(2)
      expect(events).toContainEqual(expect.objectContaining({ name: 'problem', operation: 'waitUntil' }))
    },
  )
})

describe('a synchronous function', () => {
  it('cannot wait for an asynchronous validate: reported once, and the stored result is never served unchecked', () => {
    const { persist, report, eventNames } = harness()
    let runs = 0
    const f = persist((x: number) => x + 0 * runs++, {
      funcname: 'f',
      cache: memoryStore(),
      validate: (async () => true) as never,
      report,
    })
    expect([f(1), f(1), f(1), runs]).toEqual([1, 1, 1, 3])
    expect(eventNames().filter((event) => event === 'problem')).toHaveLength(1)
  })
})

inBothModes('an async function with an asynchronous validate', (makeStore, mode) => {
  it('has lookups in the mode of the store: over a sync store, which cannot wait, they find nothing and report that', async () => {
    const { persist, report, events } = harness()
    const options = { funcname: 'f', cache: makeStore(), validate: (async () => true) as never, report }
    const f = persist(async (x: number) => x, options)
    await f(1)
    const isAsync = mode === 'async'
    const replies: unknown[] = [f.has(1), f.peek(1), f.lookup(1), f.explain(1), f.cache.get([1])]
    expect(replies.map((reply) => reply instanceof Promise)).toEqual(replies.map(() => isAsync))
    const found = isAsync ? { has: true, peek: 1, hit: true } : { has: false, peek: undefined, hit: false }
    const [has, peek, lookup, explained, cached] = (await Promise.all(replies)) as [
      boolean,
      number,
      object,
      object,
      number,
    ]
    expect({ has, peek }).toEqual({ has: found.has, peek: found.peek })
    expect(cached).toBe(found.peek)
    const reason = isAsync ? {} : { reason: 'invalid' }
    expect([lookup, explained]).toEqual([
      expect.objectContaining({ hit: found.hit, ...reason }),
      expect.objectContaining({ hit: found.hit, ...reason }),
    ])
    const problems = events.filter(({ name }) => name === 'problem')
    expect(problems).toHaveLength(isAsync ? 0 : 1)
    if (!isAsync)
      expect(problems[0]).toMatchObject({
        operation: 'validate',
        error: { message: expect.stringContaining('over a sync store') },
      })
    events.length = 0
    expect(await f(1)).toBe(1)
    expect(events.map(({ name }) => name)).toEqual(['hit'])
  })
})

inBothModes('a report that rejects', (makeStore) => {
  it('is printed to stderr once, and not for every event', async () => {
    const lines: string[] = []
    const { persist } = harness({ stderr: (line) => lines.push(line) })
    const f = persist(async (x: number) => x, {
      funcname: 'f',
      cache: makeStore(),
      report: (async () => {
        throw boom
      }) as never,
    })
    for (let x = 0; x < 20; x++) await f(x)
    await new Promise((resolve) => setImmediate(resolve))
    expect(lines).toEqual([expect.stringContaining('report')])
  })
})
