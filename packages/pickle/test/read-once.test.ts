import * as text from '@persist/pickle'
import * as json from '@persist/pickle/json'
import * as binary from '@persist/pickle/v8'
import { describe, expect, it } from 'vitest'
import { strictDifference } from './support/strict-difference.ts'

/** An object whose member returns the next of these values each time it is read. */
function fickle(values: readonly unknown[]): { object: object; reads: () => number } {
  let reads = 0
  const object = {
    get member() {
      return values[reads++ % values.length]
    },
  }
  return { object, reads: () => reads }
}

describe.each([
  ['text', text],
  ['bytes', binary],
  ['plain JSON', json],
] as const)('the value that was checked is the value that is written, as %s', (_, { pickle, unpickle }) => {
  it('a getter is read once', () => {
    const { object, reads } = fickle([1, () => 1, new Map()])
    expect(unpickle(pickle(object) as never)).toEqual({ member: 1 })
    expect(reads()).toBe(1)
  })

  it('a getter of a long array or of an object with many properties is written with one value', () => {
    let reads = 0
    const get = () => (reads++ % 2 === 0 ? 'even' : 'odd')
    const array: unknown[] = Object.defineProperty(new Array(100).fill(0), 7, {
      get,
      enumerable: true,
      configurable: true,
    })
    const wide = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`k${i}`, i]))
    const object = Object.defineProperty(wide, 'k7', { get, enumerable: true, configurable: true })
    expect(['even', 'odd']).toContain((unpickle(pickle(array) as never) as unknown[])[7])
    expect(['even', 'odd']).toContain((unpickle(pickle(object) as never) as { k7: unknown }).k7)
  })

  it('a function that a Proxy returns on a later read is never written', () => {
    for (const target of [{ a: 1, b: 2 }, [1, 2], new Array(50).fill(1)] as object[]) {
      let reads = 0
      const proxy = new Proxy(target, {
        get: (of, key, receiver) =>
          typeof key === 'string' && key !== 'length' && reads++ > 1 ? () => 1 : Reflect.get(of, key, receiver),
      })
      let value: unknown
      try {
        value = unpickle(pickle(proxy) as never)
      } catch (error) {
        expect((error as { code: string }).code).toBe('ERR_PERSIST_PICKLE')
        continue
      }
      expect(strictDifference(value, target)).toBeUndefined()
    }
  })

  it('the species of a Proxy is not used', () => {
    const proxy = new Proxy(new Array(50).fill(1), {
      get: (of, key, receiver) =>
        key === 'constructor' ? { [Symbol.species]: () => ({ evil: true }) } : Reflect.get(of, key, receiver),
    })
    expect(unpickle(pickle(proxy) as never)).toEqual(new Array(50).fill(1))
  })

  it('a Proxy whose list of keys changes is refused', () => {
    let looks = 0
    const proxy = new Proxy(
      { a: 1, b: 2, c: () => 1 },
      { ownKeys: () => (looks++ === 0 ? ['a', 'b'] : ['a', 'b', 'c']) },
    )
    expect(() => pickle(proxy)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_PICKLE' }))
  })

  it('an object that its own getter changes comes back as it was before, or is refused', () => {
    const object: { a: number; z?: unknown } = { a: 1 }
    Object.defineProperty(object, 'b', {
      get: () => {
        object.z = () => 1
        return 2
      },
      enumerable: true,
      configurable: true,
    })
    try {
      expect(unpickle(pickle(object) as never)).toEqual({ a: 1, b: 2 })
    } catch (error) {
      expect((error as { code: string }).code).toBe('ERR_PERSIST_PICKLE')
    }
  })
})
