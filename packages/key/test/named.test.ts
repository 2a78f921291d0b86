import { canonical, named } from '@persist/key'
import { describe, expect, expectTypeOf, it } from 'vitest'

describe('named', () => {
  it('returns pairs sorted by name, for any order of the parameters', () => {
    expect(named(['x', 'm', 'a'])(1, 2, 3)).toEqual([
      ['a', 3],
      ['m', 2],
      ['x', 1],
    ])
    expect(canonical(named(['x', 'm'])(1, 2))).toBe(canonical(named(['m', 'x'])(2, 1)))
  })

  it('leaves out arguments that are undefined or equal to their default by value', () => {
    const key = named(['x', 'm', 'o'], { m: 2, o: { a: [1] } })
    expect(key(1)).toEqual([['x', 1]])
    expect(key(1, 2, { a: [1] })).toEqual([['x', 1]])
    expect(key(1, undefined, { a: [2] })).toEqual([
      ['o', { a: [2] }],
      ['x', 1],
    ])
  })

  it('distinguishes -0 from a default of 0, and leaves out NaN for a default of NaN', () => {
    expect(named(['x'], { x: 0 })(-0)).toEqual([['x', -0]])
    expect(named(['x'], { x: Number.NaN })(Number.NaN)).toEqual([])
  })

  it('keeps its defaults if their objects change later', () => {
    const usual = { list: [1] }
    const key = named(['o'], { o: usual })
    usual.list.push(2)
    expect(key({ list: [1] })).toEqual([])
    expect(key({ list: [1, 2] })).toEqual([['o', { list: [1, 2] }]])
  })

  it('makes one list of a rest parameter', () => {
    const key = named(['x', '...more'])
    expect(key(1)).toEqual([['x', 1]])
    expect(key(1, 2, 3)).toEqual([
      ['more', [2, 3]],
      ['x', 1],
    ])
  })

  it('has the names in its type', () => {
    expectTypeOf(named(['x', '...more'])()[0]!).toEqualTypeOf<readonly ['x' | 'more', unknown]>()
  })

  it('refuses more arguments than names in a call', () => {
    expect(() => named(['x'])(1, 2)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_KEY', path: '$[1]' }))
  })

  it.each([
    ['a name twice', () => named(['x', 'x'])],
    ['a default without a name', () => named(['x'], { y: 1 } as never)],
    ['an empty name', () => named([''])],
    ['a rest parameter that is not the last', () => named(['...x', 'y'])],
    ['a name that is not a string', () => named([1 as never])],
  ])('refuses %s at once', (_what, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_OPTION' }))
  })
})
