import { createPersist, memoryStore, type PersistEvent, type StoreAdapter } from '@persist/core'
import type { LeaseHolder } from '@persist/store'
import { delayed } from '@persist/store/conformance'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asOtherProcess } from './harness.ts'

/** For each key, the keys that the function calls concurrently. */
type Graph = readonly (readonly number[])[]

/** A call of a process with a key, after a number of milliseconds. */
interface TimedCall {
  readonly process: number
  readonly key: number
  readonly after: number
}

/** A clock that advances to the next sleeper when all other work has paused. */
class Time {
  now = 0
  readonly #sleepers: { readonly at: number; readonly wake: () => void }[] = []

  readonly sleep = (ms: number) => new Promise<void>((wake) => void this.#sleepers.push({ at: this.now + ms, wake }))

  async passUntil(end: Promise<unknown>): Promise<void> {
    let isOver = false
    const over = () => {
      isOver = true
    }
    end.then(over, over)
    while (!isOver) {
      for (let iteration = 0; iteration < 12 && !isOver; iteration++)
        await new Promise((resolve) => setImmediate(resolve))
      this.#sleepers.sort((one, other) => one.at - other.at)
      const next = this.#sleepers.shift()
      if (next === undefined) continue
      this.now = Math.max(this.now, next.at)
      next.wake()
    }
  }
}

const HOUR = 3_600_000

/** The library in one process, isolated from the others. */
function processIn(time: Time, report?: (event: PersistEvent) => void) {
  const { sleep } = time
  const clock = () => time.now
  const persist = createPersist({ env: {}, stderr: () => {}, now: clock, monotonic: clock, sleep, random: () => 0.5 })
  return <A extends unknown[], R>(
    cache: StoreAdapter,
    funcname: string,
    fn: (...args: A) => Promise<R>,
    more: { concurrency?: number; waitTimeout?: number } = {},
  ) => persist(fn, { funcname, cache: asOtherProcess(cache), waitTimeout: HOUR, ...(report && { report }), ...more })
}

/** Processes that share one store, and a function that calls itself with other keys along the graph. */
function simulate(graph: Graph, processes: number, store: StoreAdapter = delayed(memoryStore()), waitTimeout = HOUR) {
  const time = new Time()
  const runs: { readonly process: number; readonly key: number }[] = []
  const events: PersistEvent[] = []
  const functions = Array.from({ length: processes }, (_, process) => {
    const seen = new Set<number>()
    const run = async (key: number): Promise<number> => {
      runs.push({ process, key })
      // The original function would recurse forever in a ring.
      const isFirst = !seen.has(key)
      seen.add(key)
      await time.sleep(50)
      if (isFirst) await Promise.all(graph[key]!.map((next) => f(next)))
      return key
    }
    const f = processIn(time, (event) => void events.push(event))(store, 'f', run, { waitTimeout })
    return f
  })
  const callAll = async (calls: readonly TimedCall[]) => {
    const results = calls.map(async ({ process, key, after }) => {
      await time.sleep(after)
      return functions[process]!(key)
    })
    await time.passUntil(Promise.all(results))
    return Promise.all(results)
  }
  const detailsOf = (name: 'skip' | 'wait') =>
    events.flatMap((event) => (event.name === name ? ['reason' in event ? event.reason : event.outcome] : []))
  return { time, runs, callAll, detailsOf }
}

/** A store that records the notes of its leases, and can change or drop them. */
function watched(alter: { waits?: boolean; holder?: (holder: LeaseHolder) => LeaseHolder } = {}) {
  const { waits = true, holder = (one) => one } = alter
  const inner = delayed(memoryStore())
  const notes: (readonly string[])[] = []
  const taken: string[] = []
  const store: StoreAdapter<'async'> = {
    ...inner,
    open(namespace, options) {
      const { lease, ...rest } = inner.open(namespace, options)
      return {
        ...rest,
        async lease(hash, ms, { onHeld, ...how } = {}) {
          const one = await lease!(hash, ms, { ...how, onHeld: (held) => onHeld?.(holder(held)) })
          if (one === undefined) return undefined
          taken.push(one.id!)
          const { waitsFor, ...mute } = one
          if (!waits) return mute
          return {
            ...mute,
            waitsFor(ids) {
              notes.push(ids)
              return waitsFor!(ids)
            },
          }
        },
      }
    },
  }
  return { store, notes, taken }
}

const SIZE = 6
const keys = fc.integer({ min: 0, max: SIZE - 1 })
const anyGraph: fc.Arbitrary<Graph> = fc.array(fc.uniqueArray(keys, { maxLength: 3 }), {
  minLength: SIZE,
  maxLength: SIZE,
})
const acyclicGraph = anyGraph.map((graph) => graph.map((nexts, key) => nexts.filter((next) => next > key)))
const calls = (processes: number) =>
  fc.array(fc.record({ process: fc.nat(processes - 1), key: keys, after: fc.integer({ min: 0, max: 300 }) }), {
    minLength: 1,
    maxLength: 8,
  })

describe('processes whose calls wait for each other', () => {
  it('run each function once if there is no ring', async () => {
    await fc.assert(
      fc.asyncProperty(acyclicGraph, calls(4), async (graph, all) => {
        const { callAll, runs, detailsOf } = simulate(graph, 4)
        expect(await callAll(all)).toEqual(all.map(({ key }) => key))
        const ran = runs.map(({ key }) => key)
        expect(ran.sort()).toEqual([...new Set(ran)].sort())
        expect(detailsOf('skip')).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('all end within a few polls, for any rings, and every result is that of the function', async () => {
    await fc.assert(
      fc.asyncProperty(anyGraph, calls(4), async (graph, all) => {
        const { callAll, time } = simulate(graph, 4)
        expect(await callAll(all)).toEqual(all.map(({ key }) => key))
        expect(time.now).toBeLessThan(60_000)
      }),
      { numRuns: 60 },
    )
  })

  const RING: Graph = [[1], [0]]
  const ROW: Graph = [[1], [2], [3], [4], []]
  const BOTH: readonly TimedCall[] = [
    { process: 0, key: 0, after: 0 },
    { process: 1, key: 1, after: 0 },
  ]

  it('detect a ring in which one of them is queued after a limited run', async () => {
    const time = new Time()
    const cache = delayed(memoryStore())
    const [here, there] = [processIn(time), processIn(time)]
    const define = (wrap: typeof here, isHere: boolean) => {
      const limited = wrap(
        cache,
        'limited',
        async (x: number): Promise<number> => {
          await time.sleep(100)
          return isHere && x === 1 ? (await far()) + x : x
        },
        { concurrency: 1 },
      )
      const near = wrap(cache, 'near', async (): Promise<number> => {
        await time.sleep(50)
        return limited(2)
      })
      const far = wrap(cache, 'far', async (): Promise<number> => {
        await time.sleep(200)
        return isHere ? 0 : near()
      })
      return { limited, near, far }
    }
    const [one, other] = [define(here, true), define(there, false)]
    const all = Promise.all([one.limited(1), one.near(), other.far()])
    await time.passUntil(all)
    expect(await all).toEqual([3, 2, 2])
    expect(time.now).toBeLessThan(60_000)
  })

  it('detect a ring in which a limited run waits for a call that is queued at the same limit', async () => {
    const time = new Time()
    const cache = delayed(memoryStore())
    const [here, there] = [processIn(time), processIn(time)]
    const define = (wrap: typeof here, isHere: boolean) => {
      const limited = wrap(
        cache,
        'limited',
        async (x: number): Promise<number> => {
          await time.sleep(100)
          if (isHere && x === 1) return (await far()) + x
          return isHere && x === 2 ? (await limited(3)) + x : x
        },
        { concurrency: 2 },
      )
      const near = wrap(cache, 'near', async (): Promise<number> => {
        await time.sleep(50)
        return limited(2)
      })
      const far = wrap(cache, 'far', async (): Promise<number> => {
        await time.sleep(200)
        return isHere ? 0 : near()
      })
      return { limited, near, far }
    }
    const [one, other] = [define(here, true), define(there, false)]
    const all = Promise.all([one.limited(1), one.limited(2), one.near(), other.far()])
    await time.passUntil(all)
    expect(await all).toEqual([3, 5, 5, 2])
    expect(time.now).toBeLessThan(60_000)
  })

  it('note nothing during a short wait, and note their lease once during a longer wait, until it has ended', async () => {
    const short = watched()
    const brief = simulate([[1], []], 2, short.store)
    await brief.callAll(BOTH)
    expect(brief.detailsOf('wait')).toEqual(['hit'])
    expect(short.notes).toEqual([])
    const long = watched()
    await simulate(ROW, 2, long.store).callAll([...BOTH].reverse())
    expect(long.notes).toEqual([[long.taken[0]], []])
  })

  it('compute a result at most twice, and store it once, if a lease falsely notes that its holder waits', async () => {
    const { store, taken } = watched({ holder: (one) => ({ ...one, waitsFor: taken.slice(-100) }) })
    const { callAll, runs, detailsOf } = simulate(ROW, 2, store)
    expect(await callAll(BOTH)).toEqual([0, 1])
    for (const key of ROW.keys()) expect(runs.filter((run) => run.key === key).length).toBeLessThanOrEqual(2)
    expect(detailsOf('skip')).toContain('recursion')
    expect((await store.open('f').stats()).entries).toBe(ROW.length)
  })

  it('wait until `waitTimeout` in a ring if the store keeps no notes', async () => {
    const { callAll, time } = simulate(RING, 2, watched({ waits: false }).store, 5_000)
    expect(await callAll(BOTH)).toEqual([0, 1])
    expect(time.now).toBeGreaterThan(5_000)
  })
})
