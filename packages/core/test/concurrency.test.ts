import { setTimeout as sleep } from 'node:timers/promises'
import { createPersist, memoryStore } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gate, harness, inBothModes, runPending } from './harness.ts'

const persist = createPersist({ env: {}, stderr: () => {} })

/** Counts concurrent runs. */
function gauge() {
  const one = {
    now: 0,
    most: 0,
    runs: 0,
    async during<T>(act: () => T | Promise<T>): Promise<T> {
      one.runs++
      one.most = Math.max(one.most, ++one.now)
      try {
        return await act()
      } finally {
        one.now--
      }
    },
  }
  return one
}

const upTo = (n: number) => Array.from({ length: n }, (_, x): [number] => [x])
const doubled = (n: number) => upTo(n).map(([x]) => 2 * x)

inBothModes('concurrency', (makeStore) => {
  it.each([1, 3, 8])('%i runs of the function are concurrent, for plain calls', async (concurrency) => {
    const load = gauge()
    const f = persist((x: number) => load.during(() => sleep(x % 3).then(() => 2 * x)), {
      funcname: 'f',
      cache: makeStore(),
      concurrency,
    })
    expect(await Promise.all(upTo(40).map(([x]) => f(x)))).toEqual(doubled(40))
    expect([load.most, load.runs, load.now]).toEqual([concurrency, 40, 0])
  })

  it('f.many has its own limit for one list, besides that of the function', async () => {
    const load = gauge()
    const f = persist(async (x: number) => load.during(() => sleep(1).then(() => 2 * x)), {
      funcname: 'f',
      cache: makeStore(),
      concurrency: 5,
    })
    expect(await f.many(upTo(20), { concurrency: 2 })).toEqual(doubled(20))
    expect(load.most).toBe(2)
    expect(await f.many(upTo(60).slice(20), { concurrency: 50 })).toEqual(doubled(60).slice(20))
    expect(load.most).toBe(5)
    load.most = 0
    const results: number[] = []
    for await (const result of f.many(new Set(upTo(100).slice(60)), { concurrency: 3 })) results.push(result)
    expect(results).toEqual(doubled(100).slice(60))
    expect(load.most).toBe(3)
  })

  it('a stored result needs no slot', async () => {
    let open = () => {}
    const f = persist((x: number) => (x === 0 ? new Promise<number>((resolve) => (open = () => resolve(0))) : x + 1), {
      funcname: 'f',
      cache: makeStore(),
      concurrency: 1,
    })
    expect(await f(1)).toBe(2)
    const blocked = f(0)
    await sleep(5)
    expect(await f(1)).toBe(2)
    expect(await f.many([[1], [1]])).toEqual([2, 2])
    open()
    await blocked
  })

  it('a failed call releases its slot', async () => {
    const f = persist(
      async (x: number) => {
        if (x % 2 === 0) throw new Error('even')
        return x
      },
      { funcname: 'f', cache: makeStore(), concurrency: 1 },
    )
    const outcomes = await f.many(upTo(10), { settle: true })
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(5)
    expect(await f(11)).toBe(11)
  })

  it('applies to calls that bypass the store, and to refreshes', async () => {
    const load = gauge()
    const compute = (x: number) => load.during(() => sleep(1).then(() => x))
    const cache = makeStore()
    const f = persist(compute, { funcname: 'f', cache, concurrency: 2 })
    await Promise.all(upTo(10).map(([x]) => f.with({ bypass: true })(x)))
    await Promise.all(upTo(10).map(([x]) => f.refresh(x)))
    expect(load.most).toBe(2)
    const off = createPersist({ env: { PERSIST_MODE: 'off' } })(compute, { funcname: 'f', cache, concurrency: 2 })
    await Promise.all(upTo(10).map(([x]) => off(x)))
    await off.many(upTo(10), { concurrency: 1 })
    expect([load.most, load.now, load.runs]).toEqual([2, 0, 40])
  })

  it('a recursive function never waits for itself, and stays near its limit', { timeout: 30_000 }, async () => {
    const load = gauge()
    const tree: (depth: number, path: string) => Promise<number> = persist(
      (depth: number, path: string) =>
        load.during(async () => {
          await sleep(0)
          if (depth === 0) return 1
          const parts = await Promise.all([0, 1, 2, 3].map((one) => tree(depth - 1, `${path}${one}`)))
          return parts.reduce((sum, part) => sum + part, 1)
        }),
      { funcname: 'tree', cache: makeStore(), concurrency: 3 },
    )
    expect(await tree(4, '')).toBe(341)
    // Each level may have up to three waiting runs, while three run.
    expect(load.most).toBeLessThanOrEqual(15)
  })

  it('two limited functions that call each other never wait for each other', { timeout: 30_000 }, async () => {
    const options = { cache: makeStore(), concurrency: 1 }
    const even: (n: number) => Promise<boolean> = persist(
      async (n: number): Promise<boolean> => n === 0 || odd(await sleep(0, n - 1)),
      { funcname: 'even', ...options },
    )
    const odd: (n: number) => Promise<boolean> = persist(
      async (n: number): Promise<boolean> => n !== 0 && even(await sleep(0, n - 1)),
      { funcname: 'odd', ...options },
    )
    const results = await Promise.all([even(10), odd(10), even(7), odd(7), even(3), odd(4)])
    expect(results).toEqual([true, false, false, true, false, false])
  })

  it('a limited function that awaits another one respects both limits', async () => {
    const outer = gauge()
    const inner = gauge()
    const options = { cache: makeStore() }
    const part = persist((x: number) => inner.during(() => sleep(1).then(() => x)), {
      funcname: 'part',
      ...options,
      concurrency: 2,
    })
    const page = persist(
      (x: number) => outer.during(async () => (await part.many([[3 * x], [3 * x + 1], [3 * x + 2]])).length),
      { funcname: 'page', ...options, concurrency: 4 },
    )
    expect(await page.many(upTo(12))).toEqual(Array.from({ length: 12 }, () => 3))
    expect([outer.most, inner.most]).toEqual([4, 2])
  })

  it('a run that waits for an equal queued call does not wait forever', { timeout: 30_000 }, async () => {
    const f: (n: number) => Promise<number> = persist(
      async (n: number): Promise<number> => {
        await sleep(1)
        return n === 0 ? 1 : (await f(0)) + n
      },
      { funcname: 'f', cache: makeStore(), concurrency: 1 },
    )
    // f(0) is queued after f(1), which then waits for it.
    expect(await Promise.all([f(1), f(0), f(2)])).toEqual([2, 1, 3])
  })

  it('a caller that leaves the queue never starts the function', async () => {
    const ran: number[] = []
    const { open, passed } = gate()
    const f = persist(
      (x: number) => {
        ran.push(x)
        return x === 0 ? passed.then(() => 0) : Promise.resolve(x)
      },
      { funcname: 'f', cache: makeStore(), concurrency: 1, async: true },
    )
    const first = f(0)
    const controller = new AbortController()
    const second = f.with({ signal: controller.signal })(1)
    const third = f(2)
    await runPending()
    controller.abort(new Error('left'))
    await expect(second).rejects.toThrow('left')
    open()
    expect([await first, await third]).toEqual([0, 2])
    expect(ran).toEqual([0, 2])
  })
})

it('a synchronous function is not limited, also when it calls itself', () => {
  const count = (n: number): number => (n === 0 ? 0 : 1 + f(n - 1))
  const f = persist(count, { cache: memoryStore(), concurrency: 2 })
  expect(f(50)).toBe(50)
  expect(f.many([[51], [52]])).toEqual([51, 52])
})

it('a result that another process stored while a call was queued is served, and not computed', async () => {
  const cache = delayed({
    ...memoryStore(),
    supports: { lease: false, many: false, tags: false, bounds: false, persistent: false },
  })
  const ran: number[] = []
  let open = () => {}
  const f = persist(
    async (x: number) => {
      ran.push(x)
      if (x === 0) await new Promise<void>((resolve) => (open = resolve))
      return x
    },
    { funcname: 'f', cache, concurrency: 1 },
  )
  const otherProcess = createPersist({ env: {} })(f.original, { funcname: 'f', cache })
  const both = Promise.all([f(0), f(1)])
  await sleep(10)
  await otherProcess.put(7, 1)
  open()
  expect(await both).toEqual([0, 7])
  expect(ran).toEqual([0])
})

it('a call that waits for another process releases its slot', async () => {
  const { persist: here, hooks } = harness()
  const cache = memoryStore()
  const store = cache.open('f')
  const ran: number[] = []
  const f = here(
    async (x: number) => {
      ran.push(x)
      return x
    },
    { funcname: 'f', cache, concurrency: 1 },
  )
  // Another process holds the lease on f(1).
  const hash = 'held'
  const g = here(f.original, { funcname: 'f', cache, concurrency: 1, hash: ([x]) => (x === 1 ? hash : `free-${x}`) })
  const lease = store.lease!(hash, 60_000)!
  let waits = 0
  hooks.whileWaiting = async () => {
    await sleep(1)
    if (++waits === 5) {
      expect(ran).toEqual([2])
      lease.release()
    }
  }
  expect(await Promise.all([g(1), g(2)])).toEqual([1, 2])
  expect(ran).toEqual([2, 1])
})

describe('the option concurrency', () => {
  it.each([0, -1, 1.5, Number.NaN, '3', null])('%s is rejected', (concurrency) => {
    expect(() =>
      persist((x: number) => x, { funcname: 'f', cache: memoryStore(), concurrency: concurrency as never }),
    ).toThrow(/the option concurrency must be a positive whole number, or Infinity/)
  })

  it('is rejected for an async generator, whose consumer may never finish', () => {
    const stream = async function* (x: number) {
      yield x
    }
    expect(() => persist(stream, { funcname: 'f', cache: memoryStore(), concurrency: 2 })).toThrow(
      /concurrency cannot limit f/,
    )
  })

  it('of Infinity is no limit', async () => {
    const load = gauge()
    const f = persist((x: number) => load.during(() => sleep(5).then(() => x)), {
      funcname: 'f',
      cache: memoryStore(),
      concurrency: Number.POSITIVE_INFINITY,
    })
    await f.many(upTo(50))
    expect(load.most).toBe(50)
  })
})

it('limited functions that call each other in any way end with the right values', {
  timeout: 120_000,
}, async () => {
  const node = fc.record({
    limit: fc.integer({ min: 1, max: 3 }),
    calls: fc.array(fc.tuple(fc.nat(3), fc.nat(6)), { maxLength: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(node, { minLength: 4, maxLength: 4 }),
      fc.array(fc.tuple(fc.nat(3), fc.nat(6)), { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      fc.boolean(),
      async (nodes, calls, isAsyncStore, isSequential) => {
        const cache = isAsyncStore ? delayed(memoryStore()) : memoryStore()
        // Each function calls others with smaller numbers, so that the program would end without persist.
        const expected = (at: number, n: number): number =>
          nodes[at]!.calls.reduce((sum, [other, m]) => (m < n ? sum + expected(other, m) : sum), n)
        const functions: ((n: number) => Promise<number>)[] = nodes.map(({ limit, calls }, at) =>
          persist(
            async (n: number): Promise<number> => {
              await sleep(0)
              const inner = calls.filter(([, m]) => m < n)
              const parts: number[] = []
              if (isSequential) for (const [other, m] of inner) parts.push(await functions[other]!(m))
              else parts.push(...(await Promise.all(inner.map(([other, m]) => functions[other]!(m)))))
              return parts.reduce((sum, part) => sum + part, n)
            },
            { funcname: `f${at}`, cache, concurrency: limit },
          ),
        )
        const results = await Promise.all(calls.map(([at, n]) => functions[at]!(n)))
        expect(results).toEqual(calls.map(([at, n]) => expected(at, n)))
      },
    ),
    { numRuns: 200 },
  )
})
