import { canonical, identity, named, positional } from '@persist/key'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

describe('canonical', () => {
  const distinct: unknown[] = [
    0,
    -0,
    Number.NaN,
    null,
    undefined,
    '',
    '0',
    0n,
    false,
    [],
    {},
    // biome-ignore lint/suspicious/noSparseArray: the hole is the point
    [,],
    [undefined],
    [null],
    { a: undefined },
    Object.create(null),
    new Date(0),
    new Date(Number.NaN),
    new Map(),
    new Set(),
    new Map([['1', 1]]),
    new Map([[1, 1]]),
    new Uint8Array(1),
    Buffer.alloc(1),
    new ArrayBuffer(1),
    new DataView(new ArrayBuffer(1)),
    new Int8Array(1),
    new Float64Array([Number.NaN]),
    new URL('http://a.test/'),
    'http://a.test/',
    /x/,
    /x/g,
    '\ud800',
    '\ud801',
    [1, [2]],
    [[1], 2],
    ['a,b'],
    ['a', 'b'],
    Object(1),
  ]

  it('different values have different strings', () => {
    expect(new Set(distinct.map(canonical)).size).toBe(distinct.length)
  })

  it('the order of properties does not count', () => {
    expect(canonical({ b: 1, a: 2 })).toBe(canonical({ a: 2, b: 1 }))
  })

  it('a cycle is written as a number of levels', () => {
    const ring: unknown[] = []
    ring.push(ring)
    expect(canonical(ring)).toBe('1:[^1]')
  })

  it('the strings of two JSON values are equal exactly if the values are', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const same = (() => {
          try {
            expect(a).toStrictEqual(b)
            return true
          } catch {
            return false
          }
        })()
        return (canonical(a) === canonical(b)) === same
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol.iterator],
    ['a class instance', new (class A {})()],
    ['a promise', Promise.resolve()],
    ['a borrowed prototype', Object.create(Map.prototype)],
  ])('%s has no stable identity, and the error has its path', (_what, part) => {
    expect(() => canonical([{ deep: part }])).toThrow(
      expect.objectContaining({ code: 'ERR_PERSIST_KEY', path: '$[0].deep' }),
    )
  })

  it('a diamond of 40 levels is an error', () => {
    let diamond: object = {}
    for (let level = 0; level < 40; level++) diamond = { a: diamond, b: diamond }
    expect(() => canonical(diamond)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_KEY' }))
  })

  it('a class may have an identity method', () => {
    class Point {
      readonly x: number
      constructor(x: number) {
        this.x = x
      }
      [identity]() {
        return ['Point', this.x]
      }
    }
    expect(canonical(new Point(1))).toBe(canonical(new Point(1)))
    expect(canonical(new Point(1))).not.toBe(canonical(new Point(2)))
  })
})

describe('the key of a call', () => {
  it('trailing undefined is dropped unless the function can count its arguments', () => {
    expect(positional((x: number) => x)([1, undefined])).toEqual([1])
    expect(positional((...all: number[]) => all)([1, undefined])).toEqual([1, undefined])
  })

  it('named pairs are sorted, without defaults', () => {
    const key = named(['x', 'm'], { m: 2 })
    expect(key(1, 2)).toEqual([['x', 1]])
    expect(key(1, 3)).toEqual([
      ['m', 3],
      ['x', 1],
    ])
  })
})
