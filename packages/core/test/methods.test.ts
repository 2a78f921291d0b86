import { createPersist, memoryStore, persisted } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'

const persist = createPersist({ env: {}, stderr: () => {} })

/** The class under test, made for each test, since a store has one function per name. */
function shapes() {
  const cache = memoryStore()
  let runs = 0
  class Shape {
    readonly size: number
    constructor(size: number) {
      this.size = size
    }
    @persist({ funcname: 'Shape.area', cache, key: (self: Shape, scale: number) => [self.size, scale] })
    area(scale: number): number {
      runs++
      return this.size * scale
    }
  }
  class Doubled extends Shape {
    @persist({ funcname: 'Doubled.area', cache, key: (self: Shape, scale: number) => [self.size, scale] })
    override area(scale: number): number {
      return 2 * super.area(scale)
    }
  }
  class Plain extends Shape {}
  return { Shape, Doubled, Plain, runs: () => runs }
}

describe('a persisted method', () => {
  it('has the instance as this, and shares results between instances with the same key', () => {
    const { Shape, runs } = shapes()
    expect([new Shape(2).area(3), new Shape(2).area(3), new Shape(4).area(3)]).toEqual([6, 6, 12])
    expect(runs()).toBe(2)
  })

  it('is inherited, and an overriding method that calls super has separate results', () => {
    const { Shape, Doubled, Plain, runs } = shapes()
    expect([new Doubled(2).area(3), new Shape(2).area(3), new Plain(2).area(3)]).toEqual([12, 6, 6])
    expect([new Doubled(2).area(3), runs()]).toEqual([12, 1])
  })

  it('leaves nothing on the instance, which stays cloneable and may be frozen', () => {
    const { Shape } = shapes()
    const shape = Object.freeze(new Shape(2))
    expect(shape.area(5)).toBe(10)
    expect(Reflect.ownKeys(shape)).toEqual(['size'])
    expect(structuredClone(shape)).toEqual({ size: 2 })
  })

  it('the results of one instance are available through the functions on the method, called on the instance', () => {
    const { Shape } = shapes()
    const shape = new Shape(2)
    shape.area(3)
    const area = persisted<(this: InstanceType<typeof Shape>, scale: number) => number>(shape.area)
    expect([area.has.call(shape, 3), area.peek.call(shape, 3), area.has.call(new Shape(9), 3)]).toEqual([
      true,
      6,
      false,
    ])
    expect(area.cache.size).toBe(1)
  })

  it('may be private', () => {
    let runs = 0
    class Vault {
      readonly #combination = 7
      @persist({ funcname: 'Vault.open', cache: memoryStore(), key: (_self: Vault, x: number) => [x] })
      #open(x: number): number {
        runs++
        return this.#combination * x
      }
      twice(x: number): [number, number] {
        return [this.#open(x), this.#open(x)]
      }
    }
    expect([new Vault().twice(2), runs]).toEqual([[14, 14], 1])
  })

  it('may be asynchronous, and over an asynchronous store has to be', async () => {
    class Remote {
      @persist({ funcname: 'Remote.load', cache: delayed(memoryStore()), key: (_self: Remote, x: number) => [x] })
      async load(x: number): Promise<number> {
        return x
      }
    }
    expect([await new Remote().load(1), await new Remote().load(1)]).toEqual([1, 1])
    const decorate = persist({ funcname: 'never', cache: delayed(memoryStore()), key: () => [] })
    // @ts-expect-error a synchronous method would return a promise
    type Refused = Parameters<typeof decorate<() => number>>
    expect<Refused | undefined>(undefined).toBeUndefined()
  })

  it('may be called with a key that changes during a store call, and gets the later result', async () => {
    const f = persist(async (list: number[]) => list.join(), { funcname: 'join', cache: delayed(memoryStore()) })
    const list = [1, 2]
    const [first, second] = [f(list), f([1, 2])]
    list.push(3)
    expect([await first, await second]).toEqual(['1,2,3', '1,2'])
    expect([await f.peek([1, 2]), await f.peek([1, 2, 3])]).toEqual(['1,2', '1,2,3'])
  })
})

describe('anything but a method is rejected at class definition', () => {
  const options = { funcname: 'f', cache: memoryStore(), key: () => [] }

  it.each([
    [
      'a getter',
      () =>
        class {
          @persist(options) get size() {
            return 1
          }
        },
    ],
    [
      'an accessor',
      () =>
        class {
          // @ts-expect-error the types reject it too
          @persist(options) accessor size = 1
        },
    ],
    [
      'a field',
      () =>
        class {
          // @ts-expect-error the types reject it too
          @persist(options) size = 1
        },
    ],
  ])('%s', (_, define) => {
    expect(define).toThrow(
      expect.objectContaining({ code: 'ERR_PERSIST_OPTION', message: expect.stringContaining('takes methods') }),
    )
  })

  it('a class', () => {
    expect(() => persist(class Model {} as never, options)).toThrow(/is a class/)
  })
})
