import { createPersist, memoryStore, persisted } from '@persist/core'
import { beforeAll, describe, expect, it } from 'vitest'

// Decorators of experimentalDecorators, with a polyfill of metadata that is loaded after core.

const persist = createPersist({ env: {}, stderr: () => {} })
const key = (_self: unknown, ...args: unknown[]) => args
const named = (funcname: string) => ({ funcname, key, cache: memoryStore() })

beforeAll(async () => {
  expect(Reflect).not.toHaveProperty('getOwnMetadataKeys')
  await import('reflect-metadata')
})

/** Attaches metadata to the function, as the decorators of Nest do. */
const mark =
  (name: string | symbol, value: unknown = true) =>
  (_target: object, _property: string | symbol, descriptor: PropertyDescriptor) => {
    Reflect.defineMetadata(name, value, descriptor.value)
  }

describe('a method decorated in the legacy way keeps its metadata', () => {
  it('of string and symbol keys, from decorators above and below', () => {
    const secret = Symbol('secret')
    class Model {
      @mark('above')
      @persist(named('predict'))
      @mark('below')
      @mark(secret, { level: 3 })
      predict(x: number): number {
        return x
      }
      @mark('above')
      @persist(named('train'))
      @mark('below')
      static train(x: number): number {
        return x
      }
    }
    const { predict } = Model.prototype
    expect(Reflect.getOwnMetadataKeys(predict).sort(byName)).toEqual(['above', 'below', secret].sort(byName))
    expect(Reflect.getOwnMetadata(secret, predict)).toEqual({ level: 3 })
    expect(Reflect.getOwnMetadataKeys(Model.train).sort()).toEqual(['above', 'below'])
    expect(Reflect.getOwnMetadataKeys(persisted(predict).original)).not.toContain('above')
  })

  it('and a decorator above can read and extend metadata of one below', () => {
    const extend = (_target: object, _property: string, { value }: PropertyDescriptor) => {
      Reflect.defineMetadata('roles', [...Reflect.getMetadata('roles', value), 'writer'], value)
    }
    class Model {
      @extend
      @persist(named('guarded'))
      @mark('roles', ['reader'])
      guarded(): number {
        return 1
      }
    }
    expect(Reflect.getMetadata('roles', Model.prototype.guarded)).toEqual(['reader', 'writer'])
  })

  it('and metadata of the class and its members is unchanged', () => {
    const note = (target: object, property: string) => Reflect.defineMetadata('parameter', 1, target, property)
    class Model {
      @note
      @persist(named('byParameter'))
      @note
      byParameter(x: number): number {
        return x
      }
    }
    expect(Reflect.getMetadata('parameter', Model.prototype, 'byParameter')).toBe(1)
  })

  it('inherited and overridden methods have their own', () => {
    class Model {
      @persist(named('Model.f'))
      @mark('of', 'Model')
      f(x: number): number {
        return x
      }
    }
    class Heir extends Model {}
    class Better extends Model {
      @persist(named('Better.f'))
      @mark('of', 'Better')
      override f(x: number): number {
        return super.f(x) + 1
      }
    }
    const of = (type: typeof Model) => Reflect.getMetadata('of', type.prototype.f)
    expect([of(Model), of(Heir), of(Better)]).toEqual(['Model', 'Model', 'Better'])
    expect([new Heir().f(1), new Better().f(1)]).toEqual([1, 2])
  })

  it('also as a function that is persisted without a decorator', () => {
    const fn = (x: number) => x
    Reflect.defineMetadata('note', 1, fn)
    expect(Reflect.getMetadata('note', persist(fn, { funcname: 'fn', cache: memoryStore() }))).toBe(1)
  })
})

it('a decorator below that turns the method into an accessor, as autobind does, is rejected with an explanation', () => {
  const autobind = (_target: object, _property: string, { value }: PropertyDescriptor): PropertyDescriptor => ({
    configurable: true,
    get() {
      return value.bind(this)
    },
  })
  const define = () => {
    class Model {
      @persist(named('bound'))
      @autobind
      bound(): number {
        return 1
      }
    }
    return Model
  }
  expect(define).toThrow(/persist takes methods; bound is an accessor/)
  class Above {
    weight = 2
    @autobind
    @persist({ funcname: 'above', cache: memoryStore(), key: (self: Above, x: number) => [self.weight, x] })
    above(x: number): number {
      return this.weight * x
    }
  }
  const { above } = new Above()
  expect(above(3)).toBe(6)
})

const byName = (a: unknown, b: unknown) => String(a).localeCompare(String(b))
