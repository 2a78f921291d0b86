import { createPersist, memoryStore, type PersistEvent, persisted } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, expectTypeOf, it } from 'vitest'

const persist = createPersist({ env: {}, stderr: () => {} })
const sync = () => memoryStore()

describe('the forms of persist', () => {
  it('persist(fn, options) computes once and keeps name, length and mode', () => {
    let runs = 0
    const double = persist(
      function doubled(x: number) {
        runs++
        return 2 * x
      },
      { cache: sync() },
    )
    expect([double(3), double(3), double.cache.get([3])]).toEqual([6, 6, 6])
    expect(runs).toBe(1)
    expect([double.name, double.length]).toEqual(['doubled', 1])
    expectTypeOf(double).toBeCallableWith(3)
    expectTypeOf(double(3)).toEqualTypeOf<number>()
  })

  it('persist(options)(fn) is the same', () => {
    const triple = persist({ funcname: 'triple', cache: sync() })((x: number) => 3 * x)
    expect([triple(3), triple.cache.get([3])]).toEqual([9, 9])
  })

  it('a function without a name and without funcname is rejected', () => {
    expect(() => persist((x: number) => x)).toThrow(/funcname/)
  })

  it('an unknown option is rejected, with the nearest one', () => {
    expect(() => persist(function f() {}, { storeKey: true } as never)).toThrow(/did you mean storekey/)
  })

  it('two functions under one funcname in one store are rejected, one function twice is not', () => {
    const cache = sync()
    const one = () => 1
    persist(one, { funcname: 'f', cache })
    persist(one, { funcname: 'f', cache })
    expect(() => persist(() => 2, { funcname: 'f', cache })).toThrow(/two functions/)
  })

  it('every call over an asynchronous store returns a promise, in the types too', async () => {
    const f = persist((x: number) => x + 1, { funcname: 'f', cache: delayed(sync()), storekey: true })
    expectTypeOf(f(1)).toEqualTypeOf<Promise<number>>()
    expect(f(1)).toBeInstanceOf(Promise)
    expect([await f(1), await f.cache.get([1]), await f.cache.size()]).toEqual([2, 2, 1])
    const pairs = []
    for await (const pair of f.cache) pairs.push(pair)
    expect(pairs).toEqual([[[1], 2]])
  })

  it('the type of a literal URL decides the mode, and that of a string leaves it open', () => {
    const wrap = (cache: string) => persist((x: number) => x, { funcname: 'never', cache })
    expectTypeOf<ReturnType<ReturnType<typeof wrap>>>().toEqualTypeOf<number | Promise<number>>()
    const mongo = () => persist((x: number) => x, { funcname: 'never', cache: 'mongodb://127.0.0.1/x' })
    expectTypeOf<ReturnType<ReturnType<typeof mongo>>>().toEqualTypeOf<Promise<number>>()
  })

  it('only a cache with storekey or unhash can be iterated', () => {
    const f = persist((x: number) => x, { funcname: 'f', cache: sync() })
    // @ts-expect-error no keys, no iteration
    expect(() => [...f.cache]).toThrow(/set the option storekey: true/)
    const g = persist((x: number) => x, { funcname: 'g', cache: sync(), storekey: true })
    g(1)
    expect([...g.cache]).toEqual([[[1], 1]])
  })
})

describe('arguments in the wrong order', () => {
  const isOptionError = (message: RegExp) =>
    expect.objectContaining({ code: 'ERR_PERSIST_OPTION', message: expect.stringMatching(message) })
  const fn = (x: number) => x

  it('options before the function are rejected, with the right order', () => {
    const message = isOptionError(/function first: write persist\(fn, options\)/)
    // @ts-expect-error the function comes first
    expect(() => persist({ funcname: 'f', cache: sync() }, fn)).toThrow(message)
    // @ts-expect-error also without options
    expect(() => persist(undefined, fn)).toThrow(message)
  })

  it('options given a second time are rejected, not ignored', () => {
    const wrapper = persist({ funcname: 'f', cache: sync() })
    const message = isOptionError(/no further options/)
    // @ts-expect-error options belong in the first call
    expect(() => wrapper(fn, { ttl: '1s' })).toThrow(message)
  })

  it('a wrapper with options works as a callback of map', () => {
    const [one] = [fn].map(persist({ funcname: 'f', cache: sync() }))
    expect([one!(1), persisted(one!).peek(1)]).toEqual([1, 1])
  })
})

describe('decorators', () => {
  it('a method is decorated once on the prototype and finds its key through self', () => {
    let runs = 0
    class Model {
      readonly weight: number
      constructor(weight: number) {
        this.weight = weight
      }
      @persist({ funcname: 'Model.scale', cache: sync(), key: (self: Model, x: number) => [self.weight, x] })
      scale(x: number) {
        runs++
        return this.weight * x
      }
      @persist({ funcname: 'Model.twice', cache: sync() })
      static twice(x: number) {
        return 2 * x
      }
    }
    expect([new Model(2).scale(3), new Model(2).scale(3), new Model(5).scale(3), Model.twice(4)]).toEqual([6, 6, 15, 8])
    expect(runs).toBe(2)
    expect(persisted(new Model(2).scale).cache.size).toBe(2)
    expect(Object.keys(new Model(1))).toEqual(['weight'])
  })

  it('an instance method without key is rejected at class definition', () => {
    expect(() => {
      class A {
        @persist({ cache: sync() })
        f() {
          return 1
        }
      }
      return A
    }).toThrow(/needs the option key/)
  })

  it('persisted() rejects a function that is not persisted', () => {
    expect(() => persisted(() => 1)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_NOT_PERSISTED' }))
  })
})

describe('events', () => {
  it('a miss, a write and a hit are reported in this order', () => {
    const events: PersistEvent[] = []
    const f = persist((x: number) => x, { funcname: 'f', cache: sync(), report: (event) => events.push(event) })
    f(1)
    f(1)
    expect(events.map(({ name }) => name)).toEqual(['miss', 'compute', 'write', 'hit'])
  })
})
