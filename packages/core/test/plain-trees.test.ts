import { memoryStore } from '@persist/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyTree, isPlainTree } from '../src/state/plain-tree.ts'
import { harness } from './harness.ts'

/** All objects in a value, each as often as it is there. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsIn)]
}

describe('a plain tree', () => {
  it('is copied, with no object in common', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const tree: unknown = JSON.parse(JSON.stringify(value))
        expect(isPlainTree(tree)).toBe(true)
        const copy = copyTree(tree)
        expect(copy).toStrictEqual(tree)
        expect(JSON.stringify(copy)).toBe(JSON.stringify(tree))
        const objects = new Set(objectsIn(tree))
        expect(objectsIn(copy).filter((object) => objects.has(object))).toEqual([])
      }),
    )
  })

  it('with a key named __proto__ is copied with that key', () => {
    const tree: unknown = JSON.parse('{"__proto__":{"a":[1]},"b":{"__proto__":null}}')
    const copy = copyTree(tree) as object
    expect(JSON.stringify(copy)).toBe(JSON.stringify(tree))
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
  })

  const shared = {}
  const loop: unknown[] = []
  loop.push(loop)
  it.each<[string, unknown]>([
    ['a Date', [new Date(0)]],
    ['a Map', { map: new Map() }],
    ['bytes', [new Uint8Array(1)]],
    ['an error', new Error('as a value')],
    ['an instance of a class', [new (class A {})()]],
    ['an object without a prototype', Object.create(null)],
    ['a function', [() => 1]],
    ['an object at two places', [shared, shared]],
    ['a cycle', loop],
    ['a hole', new Array(1)],
    ['a property of an array', Object.assign([1], { a: 1 })],
    ['a property of an array instead of an element', Object.assign(new Array(1), { a: 1 })],
    ['more levels than a copy may have', JSON.parse(`${'['.repeat(102)}${']'.repeat(102)}`)],
    ['a symbol as a key', { [Symbol('a')]: 1 }],
    ['a property that is not enumerable', Object.defineProperty({}, 'a', { value: 1 })],
  ])('has no such part: %s', (_what, value) => {
    expect(isPlainTree(value)).toBe(false)
  })
})

describe('a hit in memory', () => {
  const row = () => ({ id: 1, tags: ['a', 'b'], deep: { list: [{ n: -0, none: undefined, big: 1n }] } })
  const make = (value: () => unknown, options: object = {}) => {
    const { persist } = harness()
    const all = { funcname: 'f', cache: memoryStore(), memory: { maxAge: '1d' }, ...options } as const
    return persist((_: number) => value(), all) as (id: number) => ReturnType<typeof row>
  }

  it('of a plain value has a value that no other caller has', () => {
    const f = make(row)
    for (let call = 0; call < 5; call++) {
      const value = f(1)
      expect(value).toStrictEqual(row())
      value.tags.push('c')
      value.deep.list.length = 0
      Object.assign(value, { id: 2 })
    }
  })

  it('of a value with parts that it cannot copy has them all', () => {
    const when = { first: new Date(0) }
    const f = make(() => ({ ...row(), when, again: when }))
    for (let call = 0; call < 5; call++) {
      const value = f(1) as unknown as { when: unknown; again: unknown }
      expect(value).toStrictEqual({ ...row(), when, again: when })
      if (call > 0) expect(value.again).toBe(value.when)
    }
  })

  it('of a long value is equal too', () => {
    const long = Array.from({ length: 10_000 }, (_, id) => ({ id }))
    const f = make(() => long)
    for (let call = 0; call < 3; call++) expect(f(1)).toStrictEqual(long)
  })

  it('unpickles each time with a pickle of the user', () => {
    let unpickled = 0
    const own = {
      pickle: JSON.stringify,
      unpickle: (payload: string | Uint8Array) => {
        unpickled++
        return JSON.parse(payload as string)
      },
    }
    const f = make(() => ({ id: 1 }), own)
    for (let call = 0; call < 4; call++) f(1)
    expect(unpickled).toBe(3)
  })
})
