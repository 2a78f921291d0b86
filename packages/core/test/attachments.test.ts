import { createPersist, memoryStore, persisted } from '@persist/core'
import { describe, expect, it } from 'vitest'

const persist = createPersist({ env: {}, stderr: () => {} })
const tag = Symbol('tag')

/** Persists a function with its attached properties, under a unique name. */
// biome-ignore lint/suspicious/noExplicitAny: attachments are not in the type
function wrapped(fn: (...args: any[]) => unknown, attached: PropertyDescriptorMap = {}): any {
  return persist(Object.defineProperties(fn, attached), { funcname: 'f', cache: memoryStore() })
}

describe('a persisted function has the attached properties of the original', () => {
  it('properties and symbols, enumerable or not', () => {
    const fn = Object.assign((x: number) => x, { schema: { type: 'number' }, [tag]: 1 })
    const f = wrapped(fn, { hidden: { value: 2 } })
    expect([f.schema, f[tag], f.hidden]).toEqual([{ type: 'number' }, 1, 2])
    expect(Object.keys(f)).toEqual(['schema'])
    expect(f.schema).toBe(fn.schema)
  })

  it('with the same descriptors: accessors, read-only and fixed ones', () => {
    let reads = 0
    const f = wrapped((x: number) => x, {
      counted: { get: () => ++reads, configurable: true },
      fixed: { value: 1, writable: false, configurable: false },
    })
    expect(reads).toBe(0)
    expect([f.counted, f.counted]).toEqual([1, 2])
    expect(Object.getOwnPropertyDescriptor(f, 'fixed')).toEqual({
      value: 1,
      writable: false,
      configurable: false,
      enumerable: false,
    })
  })

  it('also of a frozen function, and more can be attached to the persisted one', () => {
    const f = wrapped(Object.freeze(Object.assign((x: number) => x, { schema: 1 })))
    f.more = 2
    expect([f.schema, f.more, f(3)]).toEqual([1, 2, 3])
  })

  it('but not in place of its own members, which stay on the original', () => {
    const attached = { cache: 'mine', with: 'mine', original: 'mine', schema: 'mine', stats: 'mine' }
    const f = wrapped(Object.assign((x: number) => x, attached))
    expect(f.schema).toBe('mine')
    expect([typeof f.cache, typeof f.with, typeof f.stats, f.original.cache]).toEqual([
      'object',
      'function',
      'function',
      'mine',
    ])
  })

  it('and its name, length and prototype', () => {
    const own = Object.setPrototypeOf((x: number) => x, Object.create(Function.prototype, { hello: { value: 1 } }))
    expect(wrapped(own).hello).toBe(1)
    const wait = wrapped(async function load(_id: number, _more: number) {})
    // The package `async`, for example, recognizes asynchronous functions in this way.
    expect([wait.name, wait.length, wait[Symbol.toStringTag]]).toEqual(['load', 2, 'AsyncFunction'])
    // A sloppy-mode function has `arguments` and `caller` as own properties.
    expect(wrapped(new Function('return 1') as () => number)()).toBe(1)
  })

  it('also if it is persisted twice', () => {
    const once = persist(
      Object.assign((x: number) => x, { schema: 1 }),
      { funcname: 'once', cache: memoryStore() },
    )
    const twice = wrapped(once)
    expect([twice.schema, twice(4), twice.original === once, twice.cache === once.cache]).toEqual([1, 4, true, false])
  })
})

describe('a decorated method has the properties that other decorators attached', () => {
  const mark = (name: string) => (method: object, _context: ClassMethodDecoratorContext) => {
    Object.assign(method, { [name]: true })
  }
  const options = (funcname: string) => ({
    funcname,
    cache: memoryStore(),
    key: (self: unknown, x: number) => [self, x],
  })

  it('above and below, on instance, static and symbol-named methods', () => {
    class Model {
      @mark('above')
      @persist({ ...options('predict'), key: (_: Model, x: number) => [x] })
      @mark('below')
      predict(x: number): number {
        return x
      }
      @mark('above')
      @persist({ funcname: 'train', cache: memoryStore() })
      @mark('below')
      static train(x: number): number {
        return x
      }
      @mark('above')
      @persist({ funcname: 'tag', cache: memoryStore(), key: (_: Model, x: number) => [x] })
      @mark('below')
      [tag](x: number): number {
        return x
      }
    }
    for (const method of [Model.prototype.predict, Model.train, Model.prototype[tag]]) {
      expect({ ...method }).toEqual({ above: true, below: true })
      expect({ ...persisted(method).original }).toEqual({ below: true })
    }
  })

  it('and metadata that decorators keep on the class, in Symbol.metadata, is unchanged', () => {
    const symbols = Symbol as { metadata?: symbol }
    symbols.metadata ??= Symbol.for('Symbol.metadata')
    const note = (_method: object, context: ClassMethodDecoratorContext) => {
      context.metadata[context.name] = 'noted'
    }
    class Model {
      @note
      @persist({ funcname: 'noted', cache: memoryStore(), key: (_: Model, x: number) => [x] })
      predict(x: number): number {
        return x
      }
    }
    expect((Model as unknown as Record<symbol, unknown>)[symbols.metadata]).toEqual({ predict: 'noted' })
  })

  it('may be persisted by two decorators, with separate results', () => {
    let runs = 0
    class Model {
      @persist({ funcname: 'outer', cache: memoryStore(), key: (_: Model, x: number) => [x] })
      @persist({ funcname: 'inner', cache: memoryStore(), key: (_: Model, x: number) => [x] })
      predict(x: number): number {
        runs++
        return x
      }
    }
    const model = new Model()
    expect([model.predict(1), model.predict(1), runs]).toEqual([1, 1, 1])
    const outer = persisted(model.predict)
    const inner = persisted(outer.original as typeof model.predict)
    expect([outer.cache.size, inner.cache.size]).toEqual([1, 1])
  })

  it('an overriding method lacks the properties of the method that it calls by super', () => {
    class Model {
      @persist({ funcname: 'Model.predict', cache: memoryStore(), key: (_: Model, x: number) => [x] })
      @mark('guarded')
      predict(x: number): number {
        return x
      }
    }
    class Better extends Model {
      @persist({ funcname: 'Better.predict', cache: memoryStore(), key: (_: Model, x: number) => [x] })
      override predict(x: number): number {
        return super.predict(x) + 1
      }
    }
    expect([new Better().predict(1), new Model().predict(1)]).toEqual([2, 1])
    expect(Better.prototype.predict).not.toHaveProperty('guarded')
    expect(Model.prototype.predict).toHaveProperty('guarded', true)
  })
})
