import {
  type AnyFunction,
  createPersist,
  memoryStore,
  type Options,
  type Persisted,
  persisted,
  persist as realPersist,
  type StoreAdapter,
} from '@persist/core'
import { describe, expect, expectTypeOf, it } from 'vitest'

const persist = createPersist({ env: {}, stderr: () => {} })
const cache = memoryStore()
const never = <T>(make: () => T) => make

describe('the types', () => {
  it('the arguments and the result are those of the function', () => {
    const join = persist((a: string, b?: number) => `${a}${b}`, { funcname: 'types.join', cache })
    expectTypeOf(join).parameters.toEqualTypeOf<[a: string, b?: number | undefined]>()
    expectTypeOf(join('x')).toEqualTypeOf<string>()
    expectTypeOf(join.cache.get).parameter(0).toEqualTypeOf<[a: string, b?: number | undefined]>()
    expectTypeOf(join.original).toEqualTypeOf<(a: string, b?: number) => string>()
    // @ts-expect-error the second argument is a number
    never(() => join('x', 'y'))
  })

  it('a parameter with a default has the type of the default, in every form', () => {
    const join = persist((a: number, b = 'x') => `${a}${b}`, { funcname: 'types.defaults', cache })
    expectTypeOf(join).parameters.toEqualTypeOf<[a: number, b?: string | undefined]>()
    expectTypeOf(join(1)).toEqualTypeOf<string>()
    const last = persist({ funcname: 'types.defaults.last', cache })((_a: number, b = 'x') => b)
    expectTypeOf(last(1)).toEqualTypeOf<string>()
    const bare = persist(function typesDefaults(a = 1) {
      return a
    })
    expectTypeOf(bare()).toEqualTypeOf<number>()
    const stream = persist(
      async function* (n = 3) {
        yield n
      },
      { funcname: 'types.defaults.stream', cache },
    )
    expectTypeOf(stream()).toEqualTypeOf<AsyncGenerator<number, void, unknown>>()
  })

  it('options of a variable do not keep a parameter from having the type of its default', () => {
    const pickle = (value: unknown) => String(value)
    const unpickle = (payload: string) => Number(payload)
    const key = (...args: unknown[]) => args
    const f = persist((n: number, factor = 2) => n * factor, { funcname: 'types.known', cache, pickle, unpickle, key })
    expectTypeOf(f).parameters.toEqualTypeOf<[n: number, factor?: number | undefined]>()
    expectTypeOf(f.many([[1]])).toEqualTypeOf<number[]>()
    expectTypeOf(f.keyOf(1)).toEqualTypeOf<unknown[]>()
  })

  it('a parameter without a type is an error as in plain TypeScript, unless an option types it', () => {
    never(() => {
      // @ts-expect-error x has no type
      realPersist((x) => x)
      // @ts-expect-error x has no type
      realPersist((x) => x, { funcname: 'f' })
      // @ts-expect-error x has no type
      realPersist({ funcname: 'f' })((x) => x)
    })
    const half = persist({ funcname: 'types.half', cache, key: (x: number) => x })((x) => x / 2)
    expectTypeOf(half).toBeCallableWith(1)
    expectTypeOf(half(1)).toEqualTypeOf<number>()
  })

  it('a class has no callable type', () => {
    const wrapped = never(() => realPersist(class {}, { funcname: 'f' }))
    expectTypeOf<ReturnType<typeof wrapped>>().toBeNever()
    // biome-ignore lint/complexity/noBannedTypes: a function of which nothing is known
    const unknown = never(() => realPersist((() => 1) as Function, { funcname: 'f' }))
    expectTypeOf<ReturnType<typeof unknown>>().toBeCallableWith(1, 'x')
  })

  it('a generic, overloaded, guarding or asserting function keeps its signature over a synchronous store', () => {
    const same = persist(<T>(value: T) => value, { funcname: 'types.same', cache })
    expectTypeOf(same('x' as const)).toEqualTypeOf<'x'>()
    function twice(value: string): string
    function twice(value: number): number
    function twice(value: string | number): string | number {
      return typeof value === 'string' ? value + value : value + value
    }
    const overloaded = persist(twice, { cache })
    expectTypeOf(overloaded('x')).toEqualTypeOf<string>()
    expectTypeOf(overloaded(1)).toEqualTypeOf<number>()
    const isText = persist((value: unknown): value is string => typeof value === 'string', {
      funcname: 'types.guard',
      cache,
    })
    expectTypeOf(isText).guards.toEqualTypeOf<string>()
    const assertText = persist((_value: unknown): asserts _value is string => {}, { funcname: 'types.asserts', cache })
    expectTypeOf(assertText).asserts.toEqualTypeOf<string>()
  })

  it('this, rest parameters, readonly tuples and functions of a type parameter are kept', () => {
    const bound = persist(
      function (this: { a: number }, x: number) {
        return this.a + x
      },
      { funcname: 'types.this', cache, key: (x) => x },
    )
    expectTypeOf(bound).thisParameter.toEqualTypeOf<{ a: number }>()
    const count = persist((...args: number[]) => args.length, { funcname: 'types.rest', cache })
    expectTypeOf(count).parameters.toEqualTypeOf<number[]>()
    const pair = persist((...args: readonly [a: number, b: string]) => args[0], { funcname: 'types.tuple', cache })
    expectTypeOf(pair).toBeCallableWith(1, 'x')
    const own = <F extends (x: number) => string>(fn: F) => persist(fn, { funcname: 'types.own', cache })
    expectTypeOf(own((x) => String(x))(1)).toEqualTypeOf<string>()
    const args = <A extends unknown[], R>(fn: (...args: A) => R) => persist(fn, { funcname: 'types.args', cache })
    expectTypeOf(args((x: number) => `${x}`)(1)).toEqualTypeOf<string>()
  })

  it('an option may be undefined, which counts as not given', () => {
    const text: string | undefined = undefined as string | undefined
    const f = persist((x: number) => x, {
      funcname: 'types.undefined',
      cache: text ?? cache,
      ttl: undefined,
      memory: { maxAge: undefined, maxEntries: undefined },
      key: undefined,
      version: text,
    })
    never(() => f.with({ maxAge: undefined, signal: undefined })(1))
    const url = never(() => realPersist((x: number) => x, { cache: process.env.ANY }))
    expectTypeOf<ReturnType<ReturnType<typeof url>>>().toEqualTypeOf<number | Promise<number>>()
    expectTypeOf(memoryStore).toBeCallableWith('x', { monotonic: undefined })
    const real = createPersist({ now: undefined, env: undefined, stderr: undefined })
    const g = real((x: number) => x, { funcname: 'types.undefined.real', cache, ttl: '1h' })
    expect([f(1), g(2), g.with({ maxAge: undefined, signal: undefined })(2)]).toEqual([1, 2, 2])
  })

  it('the key type is what the key option returns, and hash and unhash use it', () => {
    const power = persist((x: number, y: number) => x ** y, {
      funcname: 'types.power',
      cache,
      key: (x, y) => [x, y] as const,
      hash: ([x, y]) => `${x}_${y}`,
      unhash: (text) => text.split('_').map(Number) as [number, number],
      pickle: String,
      unpickle: Number,
    })
    expectTypeOf(power.keyOf(1, 2)).toEqualTypeOf<readonly [number, number]>()
    for (const [key, value] of power.cache) {
      expectTypeOf(key).toEqualTypeOf<readonly [number, number]>()
      expectTypeOf(value).toEqualTypeOf<number>()
    }
    // @ts-expect-error the key is a pair
    never(() => power.cache.get(2))
  })

  it('iteration is typed with storekey or unhash only', () => {
    const plain = persist((x: number) => x, { funcname: 'types.plain', cache })
    // @ts-expect-error no storekey, no unhash
    never(() => plain.cache.keys())
    const stored = persist((x: number) => x, { funcname: 'types.stored', cache, storekey: true })
    expectTypeOf(stored.cache.keys()).toEqualTypeOf<Iterable<[x: number]>>()
    expectTypeOf(
      persist({ funcname: 'types.curried', cache, storekey: true })((x: number) => x).cache.entries(),
    ).toEqualTypeOf<Iterable<[[x: number], number]>>()
  })

  it('a literal URL decides the mode, and a plain string leaves it open', () => {
    const fn = (x: number) => x
    const file = never(() => realPersist(fn, { cache: 'file://somewhere' }))
    expectTypeOf<ReturnType<ReturnType<typeof file>>>().toEqualTypeOf<number>()
    const folder = never(() => realPersist(fn, { cache: './somewhere' }))
    expectTypeOf<ReturnType<ReturnType<typeof folder>>>().toEqualTypeOf<number>()
    const mongo = never(() => realPersist(fn, { cache: 'mongodb+srv://db/app' }))
    expectTypeOf<ReturnType<ReturnType<typeof mongo>>>().toEqualTypeOf<Promise<number>>()
    expectTypeOf<ReturnType<ReturnType<typeof mongo>['cache']['size']>>().toEqualTypeOf<Promise<number>>()
    const text = never(() => realPersist(fn, { cache: process.env.ANY as string }))
    expectTypeOf<ReturnType<ReturnType<typeof text>>>().toEqualTypeOf<number | Promise<number>>()
    const adapter = never(() => realPersist(fn, { cache: {} as StoreAdapter<'async'> }))
    expectTypeOf<ReturnType<ReturnType<typeof adapter>>>().toEqualTypeOf<Promise<number>>()
  })

  it('an asynchronous function returns one promise, never two', () => {
    const mongo = never(() => realPersist(async (x: number) => x, { cache: 'mongodb://db/app' }))
    expectTypeOf<ReturnType<ReturnType<typeof mongo>>>().toEqualTypeOf<Promise<number>>()
    expectTypeOf<ReturnType<ReturnType<typeof mongo>['peek']>>().toEqualTypeOf<Promise<number | undefined>>()
  })

  it('options get the types of the arguments and the result', () => {
    persist((x: number) => `${x}`, {
      funcname: 'types.options',
      cache,
      ttl: (result, x) => {
        expectTypeOf(result).toEqualTypeOf<string>()
        expectTypeOf(x).toEqualTypeOf<number>()
        return '1h'
      },
      tags: (result) => [result],
      shouldStore: (result, x) => result.length > x,
    })
    // @ts-expect-error there is no such option
    never(() => persist((x: number) => x, { funcname: 'f', storeKey: true }))
  })

  it('many of an array returns an array, of any other list an iteration, and settle returns outcomes', () => {
    const f = persist((x: number, y?: string) => `${x}${y}`, { funcname: 'types.many', cache })
    expectTypeOf(f.many([[1], [2, 'b']])).toEqualTypeOf<string[]>()
    expectTypeOf(f.many([[1]], { settle: true })).toEqualTypeOf<PromiseSettledResult<string>[]>()
    expectTypeOf(f.many([[1]], { settle: false, concurrency: 3 })).toEqualTypeOf<string[]>()
    expectTypeOf(f.many([[1]] as const)).toEqualTypeOf<string[]>()
    expectTypeOf(f.many(['a', 'b'].map((text) => [text.length, text]))).toEqualTypeOf<string[]>()
    const set = new Set<[number]>([[1]])
    expectTypeOf(f.many(set)).toEqualTypeOf<AsyncGenerator<string, void, undefined>>()
    expectTypeOf(f.many(set, { settle: true })).toEqualTypeOf<
      AsyncGenerator<PromiseSettledResult<string>, void, undefined>
    >()
    expectTypeOf(f.many((async function* () {})())).toEqualTypeOf<AsyncGenerator<string, void, undefined>>()
    // @ts-expect-error an item is an array of arguments
    never(() => f.many([1, 2]))
    // @ts-expect-error a string is no number
    never(() => f.many([['a']]))
    // @ts-expect-error there is no such option
    never(() => f.many([[1]], { concurency: 3 }))

    const promised = persist(async (x: number) => x, { funcname: 'types.many.promised', cache })
    expectTypeOf(promised.many([[1]])).toEqualTypeOf<Promise<number[]>>()
    expectTypeOf(promised.many([[1]], { settle: true })).toEqualTypeOf<Promise<PromiseSettledResult<number>[]>>()
    const sometimes = persist((x: number) => (x > 1 ? Promise.resolve(x) : x), { funcname: 'types.many.some', cache })
    expectTypeOf(sometimes.many([[1]])).toEqualTypeOf<number[] | Promise<number[]>>()
    const mongo = never(() => realPersist((x: number) => x, { cache: 'mongodb://db/app' }).many([[1]]))
    expectTypeOf<ReturnType<typeof mongo>>().toEqualTypeOf<Promise<number[]>>()
    const stream = persist(
      async function* (x: number) {
        yield x
      },
      { funcname: 'types.many.stream', cache },
    )
    expectTypeOf(stream.many([[1]])).toEqualTypeOf<AsyncGenerator<number, void, unknown>[]>()
    // @ts-expect-error each runs at the pace of its consumer
    never(() => stream.many([[1]], { concurrency: 2 }))
  })

  it('properties of the function are on the persisted one, also over an asynchronous store', () => {
    const schema = { title: 'x' }
    const sync = persist(
      Object.assign((x: number) => x, { schema }),
      { funcname: 'types.attached', cache },
    )
    expectTypeOf(sync.schema).toEqualTypeOf<{ title: string }>()
    const async = never(() =>
      realPersist(
        Object.assign((x: number) => x, { schema }),
        { cache: 'mongodb://db/app' },
      ),
    )
    expectTypeOf<ReturnType<typeof async>['schema']>().toEqualTypeOf<{ title: string }>()
    expectTypeOf<ReturnType<ReturnType<typeof async>>>().toEqualTypeOf<Promise<number>>()
  })

  it('a decorated method keeps its type, and persisted adds the members', () => {
    class Model {
      @persist({ funcname: 'types.Model.predict', cache, key: (_self: Model, x: number) => x })
      predict(x: number) {
        return x * 2
      }
    }
    const model = new Model()
    expectTypeOf(model.predict).toEqualTypeOf<(x: number) => number>()
    expectTypeOf(persisted(model.predict).cache.size).toEqualTypeOf<number>()
    expectTypeOf(persisted(model.predict).cache.get).returns.toEqualTypeOf<number | undefined>()
  })

  it('a method over an asynchronous store has to return a promise already', () => {
    const decorate = never(() =>
      realPersist({ funcname: 'f', cache: 'mongodb://db/app', key: (_self: object, x: number) => x }),
    )
    type Decorator = ReturnType<typeof decorate>
    never(() => {
      const context = {} as ClassMethodDecoratorContext
      const decorator = {} as Decorator
      decorator(async (x: number) => x, context)
      // @ts-expect-error it would return a promise although its type is number
      decorator((x: number) => x, context)
    })
  })

  it('Options and Persisted need no type arguments: the options of any function, and the type of persist(fn)', () => {
    const common: Options = { ttl: '1d', version: undefined }
    const wrapped = never(() => realPersist((x: number) => x, { ...common }))
    expectTypeOf<ReturnType<typeof wrapped>>().parameters.toEqualTypeOf<[x: number]>()
    const plain = never((): Persisted<(x: number) => number> => realPersist((x: number) => x))
    expectTypeOf<ReturnType<ReturnType<typeof plain>>>().toEqualTypeOf<number>()
  })

  it('a wrapper of your own keeps the types of the wrapped function', () => {
    const cached = <F extends AnyFunction>(fn: F, funcname: string) => persist(fn, { funcname, cache })
    const add = cached((a: number, b: string) => a + b, 'types.own.add')
    expectTypeOf(add).parameters.toEqualTypeOf<[a: number, b: string]>()
    expectTypeOf(add(1, 'b')).toEqualTypeOf<string>()
    const same = cached(async <T>(x: T) => x, 'types.own.same')
    expectTypeOf(same(1)).toEqualTypeOf<Promise<number>>()
    expectTypeOf(same('a')).toEqualTypeOf<Promise<string>>()
  })
})
