import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { memoryStore } from '@persist/core'
import { describe, expect, it } from 'vitest'
import { harness, withMethods } from './harness.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Calls of each kind; all of them with `PERSIST_SOAK=1`. */
const CALLS = process.env.PERSIST_SOAK === '1' ? 1_000_000 : 10_000
/** The memory that a kind of call may keep, in bytes: far less than one result per call. */
const SLACK = 8 * 1024 * 1024

async function heapAfter(act: (count: number) => Promise<void>): Promise<number> {
  // A first round creates everything that is created once.
  await act(2_000)
  const before = await used()
  await act(CALLS)
  return (await used()) - before
}

async function used(): Promise<number> {
  for (let round = 0; round < 5; round++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  return process.memoryUsage().heapUsed
}

/** A store that keeps nothing, so that only persist itself can grow. */
const forgetful = () => withMethods(memoryStore(), { set: () => {} })

const large = () => 'x'.repeat(1_000) + Math.random()

describe('memory returns to its initial size after many calls', () => {
  const { persist, advance } = harness({ sleep: async () => {} })
  const options = (funcname: string) => ({
    funcname,
    cache: forgetful(),
    singleFlight: 'process' as const,
    verbosity: 0 as const,
  })

  const kinds: Record<string, () => (count: number) => Promise<void>> = {
    'synchronous misses': () => {
      const f = persist((x: number) => large() + x, options('a'))
      return async (count) => {
        for (let x = 0; x < count; x++) f(x)
      }
    },
    'asynchronous misses': () => {
      const f = persist(async (x: number) => large() + x, options('b'))
      return async (count) => {
        for (let x = 0; x < count; x++) await f(x)
      }
    },
    'calls that fail': () => {
      const f = persist(async (x: number) => {
        throw new Error(large() + x)
      }, options('c'))
      return async (count) => {
        for (let x = 0; x < count; x++) await f(x).catch(() => {})
      }
    },
    'refreshes in the background that fail, each of another key': () => {
      const cache = memoryStore()
      let fails = false
      const f = persist(
        async (x: number) => {
          if (fails) throw new Error(large())
          return x
        },
        { funcname: 'd', cache, ttl: 10, staleWhileRevalidate: '1d', maxEntries: 100, verbosity: 0 },
      )
      return async (count) => {
        for (let x = 0; x < count / 10; x++) {
          fails = false
          await f(x)
          fails = true
          advance(20)
          await f(x)
          await new Promise((resolve) => setImmediate(resolve))
        }
        f.clear()
      }
    },
    'results that cannot be stored': () => {
      const f = persist(async (x: number) => ({ text: large() + x, no: () => {} }), options('e'))
      return async (count) => {
        for (let x = 0; x < count; x++) await f(x)
      }
    },
    'joined calls with one signal': () => {
      const { signal } = new AbortController()
      const f = persist(async (x: number, _options: { signal: AbortSignal }) => large() + x, options('f'))
      return async (count) => {
        for (let x = 0; x < count / 4; x++) {
          await Promise.all([f(x, { signal }), f(x, { signal }), f.with({ signal })(x, { signal }), f(x, { signal })])
        }
      }
    },
    'a function that starts its own next call without waiting for it': () => {
      let left = 0
      let ended = () => {}
      const f = persist(async (x: number): Promise<string> => {
        if (--left > 0) void new Promise((resolve) => setImmediate(resolve)).then(() => f(x + 1))
        else ended()
        return large() + x
      }, options('g'))
      return async (count) => {
        left = Math.min(count, 50_000)
        const end = new Promise<void>((resolve) => {
          ended = resolve
        })
        void f(Math.random())
        await end
      }
    },
    'calls that start their next one before they end': () => {
      let left = 0
      let ended = () => {}
      const f = persist(async (x: number): Promise<string> => {
        if (--left > 0) void f(x + 1)
        else ended()
        await new Promise((resolve) => setImmediate(resolve))
        return large() + x
      }, options('h'))
      return async (count) => {
        left = Math.min(count, 50_000) / 10
        const end = new Promise<void>((resolve) => {
          ended = resolve
        })
        void f(Math.random())
        await end
      }
    },
    'streams that are read, left, and dropped': () => {
      const f = persist(async function* (x: number) {
        for (let i = 0; i < 3; i++) yield large() + x + i
      }, options('i'))
      return async (count) => {
        for (let x = 0; x < count / 10; x++) {
          for await (const _chunk of f(x)) if (x % 3 === 0) break
          await f(x + 0.5).next()
          if (x % 500 === 0) await used()
        }
      }
    },
    'forgetting, putting and clearing': () => {
      const f = persist(async (x: number) => large() + x, { ...options('j'), memory: { maxEntries: 10 } })
      return async (count) => {
        for (let x = 0; x < count / 4; x++) {
          await f(x)
          f.put('y', x)
          f.forget(x)
          if (x % 100 === 0) f.clear()
        }
      }
    },
  }
  for (const [kind, make] of Object.entries(kinds)) {
    it(kind, { timeout: 3_600_000 }, async () => {
      expect(await heapAfter(make())).toBeLessThan(SLACK)
    })
  }
})

describe('recursion', () => {
  const WAYS: readonly (readonly [string, { readonly key?: () => string }, Record<string, string>])[] = [
    ['synchronously', {}, {}],
    ['through calls with one key', { key: () => 'one' }, {}],
    ['with PERSIST_MODE=off', {}, { PERSIST_MODE: 'off' }],
  ]

  it.each(WAYS)('reaches a quarter of the depth with persist as without, %s', (_way, options, env) => {
    const deepest = (make: () => (n: number) => number) => {
      let deep = 0
      try {
        for (let n = 100; ; n += 100) {
          make()(n)
          deep = n
        }
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
        return deep
      }
    }
    let index = 0
    const plain = deepest(() => {
      const f = (n: number): number => (n === 0 ? 0 : 1 + f(n - 1))
      return f
    })
    const { persist } = harness({ env })
    const persisted = deepest(() => {
      const f = persist((n: number): number => (n === 0 ? 0 : 1 + f(n - 1)), {
        funcname: `f${index++}`,
        cache: memoryStore(),
        verbosity: 0,
        ...options,
      })
      return f
    })
    expect(persisted).toBeGreaterThan(plain / 4)
  })

  it('on a grid of 60 by 60 asynchronous calls runs each once', async () => {
    const { persist } = harness()
    let runs = 0
    const paths = persist(
      async (i: number, j: number): Promise<number> => {
        runs++
        if (i === 0 || j === 0) return 1
        const [a, b] = await Promise.all([paths(i - 1, j), paths(i, j - 1)])
        return (a + b) % 1_000_007
      },
      { funcname: 'paths', cache: memoryStore() },
    )
    expect([await paths(60, 60), runs]).toEqual([697_428, 61 * 61 - 1])
  })
})

it('a function that is persisted in a private store is forgotten with its store', async () => {
  const { persist } = harness()
  const wrap = async (count: number) => {
    for (let made = 0; made < count; made++) {
      const f = persist((x: number) => x, { funcname: 'private', cache: memoryStore() })
      f(1)
      // Finalizers run between turns.
      if (made % 500 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await wrap(500)
  const before = await used()
  await wrap(5_000)
  expect((await used()) - before).toBeLessThan(2 * 1024 * 1024)
})
