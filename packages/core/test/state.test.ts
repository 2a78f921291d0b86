import { memoryStore, type StoreAdapter, StoreError } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { asOtherProcess, harness } from './harness.ts'

const RUNS = process.env.PERSIST_SOAK === '1' ? 20_000 : 1_000
const TTL = 1_000
const YEAR = 365 * 86_400_000
const KEYS = [1, 2, 3] as const

/** A computed or put result: its key, and its number among all results. */
interface Made {
  readonly id: number
  readonly made: number
}

interface Argument {
  id: number
}

type Step =
  | {
      readonly do:
        | 'call'
        | 'refresh'
        | 'bypass'
        | 'young'
        | 'has'
        | 'peek'
        | 'many'
        | 'forget'
        | 'put'
        | 'delete'
        | 'set'
      readonly id: number
      readonly process: number
    }
  | { readonly do: 'clear' | 'untag' | 'list'; readonly id: number; readonly process: number }
  | { readonly do: 'mutate'; readonly id: number; readonly process: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'jump'; readonly years: number; readonly process: number }
  | { readonly do: 'settle' }

const whichProcess = fc.integer({ min: 0, max: 1 })
const id = fc.constantFrom(...KEYS)
const methods = [
  'call',
  'call',
  'call',
  'refresh',
  'bypass',
  'young',
  'has',
  'peek',
  'many',
  'forget',
  'put',
  'delete',
  'set',
] as const
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom(...methods), id, process: whichProcess }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('clear', 'untag', 'list'), id, process: whichProcess }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mutate'), id, process: whichProcess }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(1, 400, 2_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('jump'), years: fc.constantFrom(-5, 0, 5), process: whichProcess }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'settle' }) },
)

interface World {
  readonly isAsync: boolean
  readonly memory: boolean
  readonly processes: 1 | 2
  /** The interval of failing store calls: 3 fails every third call, 0 none. */
  readonly failing: number
  readonly singleFlight: 'shared' | 'process' | false
}

const world: fc.Arbitrary<World> = fc.record({
  isAsync: fc.boolean(),
  memory: fc.boolean(),
  processes: fc.constantFrom(1, 2),
  failing: fc.constantFrom(0, 0, 0, 3, 7),
  singleFlight: fc.constantFrom('shared' as const, 'shared' as const, 'process' as const, false as const),
})

/** Runs the steps. Steps between two `settle` run concurrently. */
async function play(
  steps: readonly Step[],
  { isAsync, memory, processes, failing, singleFlight }: World,
): Promise<void> {
  /** The error of each process's clock. */
  const ahead = [0, 0]
  let made = 0
  let now = 1_000_000
  let storeCalls = 0
  let failures = 0
  const madeAt = new Map<number, number>()
  /** The oldest result of each key that may be served: after a deletion, only results made after it began. */
  const floor = new Map<number, number>(KEYS.map((key) => [key, 0]))
  const make = (key: number): Made => {
    madeAt.set(++made, now)
    return { id: key, made }
  }
  const inner = isAsync ? delayed(memoryStore()) : memoryStore()
  const fails = <T>(act: () => T): T => {
    if (failing === 0 || ++storeCalls % failing !== 0) return act()
    failures++
    const error = new StoreError('ERR_PERSIST_STORE', 'fails', { store: 'x' })
    if (isAsync) return Promise.reject(error) as T
    throw error
  }
  const cache = {
    ...inner,
    open: (namespace: string) =>
      new Proxy(inner.open(namespace), {
        get: (store, name) => {
          const method: unknown = Reflect.get(store, name)
          if (typeof method !== 'function') return method
          const bound = method.bind(store) as (...args: unknown[]) => unknown
          return name === 'heads' || name === 'entries' ? bound : (...args: unknown[]) => fails(() => bound(...args))
        },
      }),
  } as StoreAdapter
  const functions = Array.from({ length: processes }, (_, index) => {
    const { persist } = harness({
      now: () => now + ahead[index]!,
      monotonic: () => now,
      sleep: () => new Promise((resolve) => setImmediate(resolve)),
    })
    return persist(
      async (argument: Argument) => {
        const result = make(argument.id)
        await new Promise((resolve) => setImmediate(resolve))
        // The age of a result counts from its end, since other calls may have waited for it.
        madeAt.set(result.made, now)
        return result
      },
      {
        funcname: 'f',
        cache: asOtherProcess(cache),
        ttl: TTL,
        memory: memory && { maxAge: '1h' },
        singleFlight,
        storekey: true,
        tags: (_result, argument) => [`id:${argument.id}`, 'all'],
        verbosity: 0,
      },
    )
  })
  const pending: Promise<unknown>[] = []
  /** Checks a result against the state at the beginning of the call. */
  const served = (key: number, result: Promise<Made | undefined> | Made | undefined, began = now) => {
    const least = floor.get(key)!
    pending.push(
      Promise.resolve(result).then((value) => {
        if (value === undefined) return
        expect(value.id).toBe(key)
        expect(value.made).toBeGreaterThan(least - 1)
        expect(began - madeAt.get(value.made)!).toBeLessThanOrEqual(TTL)
      }),
    )
  }
  /** Deletes. After a deletion without a failure, later calls must not get older results. */
  const removes = (keys: readonly number[], act: () => unknown, least = made + 1) => {
    const before = failures
    pending.push(
      Promise.resolve(act()).then(() => {
        // A deletion does not reach the memory of the other process, nor computations without a lease, as after a failure.
        const isReached = processes === 1 || (!memory && singleFlight === 'shared' && failing === 0)
        if (failures !== before || !isReached) return
        for (const key of keys) floor.set(key, Math.max(floor.get(key)!, least))
      }),
    )
  }
  const putOf = (key: number) => {
    const value = make(key)
    return { value, least: value.made }
  }
  for (const one of steps) {
    if (one.do === 'settle') {
      await Promise.all(pending.splice(0))
      continue
    }
    if (one.do === 'wait') {
      now += one.ms
      continue
    }
    if (one.do === 'jump') {
      ahead[one.process % processes] = one.years * YEAR
      continue
    }
    const f = functions[one.process % processes]!
    const key = one.id
    const argument = { id: key }
    switch (one.do) {
      case 'call':
        served(key, f(argument))
        break
      case 'refresh':
        served(key, f.refresh(argument))
        break
      case 'bypass':
        served(key, f.with({ bypass: true })(argument))
        break
      case 'young':
        served(key, f.with({ maxAge: 100 })(argument))
        break
      case 'has':
        pending.push(Promise.resolve(f.has(argument)))
        break
      case 'peek':
        served(key, f.peek(argument))
        break
      case 'many':
        pending.push(
          Promise.resolve(f.many(KEYS.map((each) => [{ id: each }]))).then((values) =>
            expect(values.map((value) => value.id)).toEqual([...KEYS]),
          ),
        )
        break
      case 'mutate': {
        // The caller reuses its object immediately: the result belongs to the old or the new contents, and is stored so.
        const other = (key % KEYS.length) + 1
        pending.push(Promise.resolve(f(argument)).then((value) => expect([key, other]).toContain(value.id)))
        argument.id = other
        break
      }
      case 'forget':
        removes([key], () => f.forget(argument))
        break
      case 'delete':
        removes([key], () => f.cache.delete([argument]))
        break
      case 'clear':
        removes(KEYS, () => f.clear())
        break
      case 'untag':
        removes([key], () => f.cache.deleteByTag(`id:${key}`))
        break
      case 'put': {
        const { value, least } = putOf(key)
        removes([key], () => f.put(value, argument), least)
        break
      }
      case 'set': {
        const { value, least } = putOf(key)
        removes([key], () => f.cache.set([argument], value), least)
        break
      }
      case 'list':
        pending.push(
          (async () => {
            for await (const [[listed], value] of f.cache) expect((listed as Argument).id).toBe((value as Made).id)
          })(),
        )
        break
    }
  }
  await Promise.all(pending)
}

/** Rejects after far more time than the steps take, in case one hangs. */
async function ends(played: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('it hangs')), 20_000)
  })
  await Promise.race([played, late]).finally(() => clearTimeout(timer))
}

it('under any concurrent calls, a result has its own key, is no older than its ttl, and predates no deletion', {
  timeout: 3_600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), world, (steps, where) => ends(play(steps, where))),
    { numRuns: RUNS, interruptAfterTimeLimit: 3_000_000 },
  )
})
