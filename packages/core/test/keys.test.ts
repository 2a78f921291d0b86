import { memoryStore } from '@persist/core'
import { describe, expect, it } from 'vitest'
import { harness, inBothModes } from './harness.ts'

inBothModes('a key option that does not identify the call', (makeStore) => {
  it('is a KeyError if it returns undefined: every call would share one entry', async () => {
    const { persist } = harness()
    const price = persist(async (order: { id: number }) => order.id * 10, {
      funcname: 'price',
      cache: makeStore(),
      key: (order) => {
        void order.id
      },
    })
    await expect(price({ id: 1 })).rejects.toMatchObject({ code: 'ERR_PERSIST_KEY', message: /undefined/ })
    await expect((async () => price.cache.get(undefined as never))()).rejects.toMatchObject({ code: 'ERR_PERSIST_KEY' })
  })

  it('is a KeyError if it returns a promise, which has no stable identity', async () => {
    const { persist } = harness()
    const f = persist(async (x: number) => x, { funcname: 'f', cache: makeStore(), key: async (x) => x })
    await expect(f(1)).rejects.toMatchObject({ code: 'ERR_PERSIST_KEY' })
  })

  it('may return null, which identifies a single call', async () => {
    const { persist } = harness()
    const f = persist(async () => 1, { funcname: 'f', cache: makeStore(), key: () => null })
    expect([await f(), await f()]).toEqual([1, 1])
  })
})

describe('the word this', () => {
  const { persist } = harness()
  const called = (fn: (x: number) => number, funcname: string) => {
    const api = { f: persist(fn, { funcname, cache: memoryStore() }) }
    return api.f(1)
  }

  it('in a comment, a string, a template or a regular expression does not count', () => {
    const functions: ((x: number) => number)[] = [
      new Function('x', '/* this */ // super\n return x') as (x: number) => number,
      new Function('x', 'return "this".length && \'this\' && `this` && /this/ ? x : 0') as (x: number) => number,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a function
      new Function('x', 'return `${x} this`.length > 0 ? x : 0') as (x: number) => number,
      new Function('x', 'const o = { thisOne: x }; return o.thisOne') as (x: number) => number,
    ]
    expect(functions.map((fn, index) => called(fn, `f${index}`))).toEqual([1, 1, 1, 1])
  })

  it('in an arrow function is not that of the call', () => {
    const arrows = function (this: unknown) {
      return [(x: number) => (this === undefined ? x : x), async (x: number) => (this === undefined ? x : x)] as const
    }.call(undefined)
    expect(called(arrows[0], 'arrow')).toBe(1)
  })

  it('in code needs a key: as a method, with call, also in a template and a nested arrow', () => {
    const functions: ((x: number) => number)[] = [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a function
      new Function('x', 'return `${this.x}`.length') as (x: number) => number,
      new Function('x', 'return (() => this.x)()') as (x: number) => number,
      {
        method(x: number) {
          return (this as unknown as { x: number }).x + x
        },
      }.method,
    ]
    for (const [index, fn] of functions.entries()) {
      expect(() => called(fn, `g${index}`)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_KEY' }))
    }
  })

  it('of null is that of undefined: f.apply(null, args) is a plain call', () => {
    function f(this: unknown, x: number): number {
      return this === undefined || this === null || this === globalThis ? x : 0
    }
    const wrapped = persist(f, { cache: memoryStore() })
    expect([wrapped.apply(null, [1]), wrapped.call(undefined, 1), wrapped(1)]).toEqual([1, 1, 1])
  })

  it('in a static method needs a key, since a subclass inherits the method', () => {
    const define = (options: object) => {
      // biome-ignore lint/complexity/noStaticOnlyClass: an inherited static method is the point
      class Table {
        static table = 'user'
        @persist({ cache: memoryStore(), ...options })
        static find(this: typeof Table, id: number) {
          // biome-ignore lint/complexity/noThisInStatic: as above
          return this.table + id
        }
      }
      class Post extends Table {
        static override table = 'post'
      }
      return [Table.find(1), Post.find(1)]
    }
    expect(() => define({ funcname: 'a' })).toThrow(expect.objectContaining({ option: 'key' }))
    const key = (self: { table: string }, id: number) => [self.table, id]
    expect(define({ funcname: 'b', key })).toEqual(['user1', 'post1'])
  })
})

inBothModes('cache.set', (makeStore) => {
  it('takes the arguments as a call does: with a trailing undefined, or an AbortSignal of the caller', async () => {
    const { persist } = harness()
    const f = persist(async (x: number, _options?: { signal?: AbortSignal }) => x, {
      funcname: 'f',
      cache: makeStore(),
    })
    await f.cache.set([2, undefined], 9)
    expect([await f.has(2), await f.cache.has([2]), await f(2)]).toEqual([true, true, 9])
    const { signal } = new AbortController()
    expect(await f.cache.get([2, { signal }])).toBe(9)
    expect(await f.cache.delete([2, undefined])).toBe(true)
  })

  it('passes the arguments to tags, ttl and shouldStore if the key consists of them', async () => {
    const { persist } = harness()
    const f = persist(async ({ id }: { id: string }) => id.length, {
      funcname: 'f',
      cache: makeStore(),
      tags: (_result, { id }) => [`user:${id}`],
    })
    await f.cache.set([{ id: 'ann' }], 3)
    expect(await f.cache.deleteByTag('user:ann')).toBe(1)
  })

  it('is rejected with a key option if one of them may use arguments, and nothing is stored', async () => {
    const { persist } = harness()
    const options = [
      { tags: (_result: unknown, id: string) => [id] },
      { tags: (..._all: unknown[]) => ['x'] },
      { ttl: (_result: unknown, id: string) => id.length * 1_000 },
      { ttl: (_result: unknown, id = 'x') => id.length * 1_000 },
      { shouldStore: (_result: unknown, id: string) => id !== '' },
    ]
    for (const [index, one] of options.entries()) {
      const f = persist(async (id: string) => id, {
        funcname: `f${index}`,
        cache: makeStore(),
        key: (id) => id,
        ...(one as object),
      })
      await expect((async () => f.cache.set('ann', 'x'))()).rejects.toMatchObject({
        code: 'ERR_PERSIST_OPTION',
        message: /f\.put/,
      })
      expect((await f.stats()).entries).toBe(0)
      await f.put('x', 'ann')
      expect((await f.stats()).entries).toBe(1)
    }
  })

  it('is accepted with a key option if they use only the result', async () => {
    const { persist } = harness()
    const f = persist(async (id: string) => id, {
      funcname: 'f',
      cache: makeStore(),
      key: (id) => id,
      tags: (result) => [`of:${result}`],
      shouldStore: (result) => result !== '',
    })
    await f.cache.set('ann', 'x')
    expect(await f.cache.deleteByTag('of:x')).toBe(1)
  })
})
