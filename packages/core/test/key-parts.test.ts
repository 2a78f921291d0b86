import { canonical } from '@persist/key'
import { differences, differingParts, keyPartsOf } from '@persist/store/kit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const between = (stored: unknown[], now: unknown[]) => {
  const parts = keyPartsOf(canonical(stored))
  return parts === undefined ? undefined : differingParts(canonical(now), parts)?.differs
}

describe('the digests of the parts of a key', () => {
  it.each<[string, unknown[], unknown[], string[] | undefined]>([
    ['an argument', [1, 'a'], [2, 'a'], ['$[0]']],
    ['a property', [{ a: 1, b: 2 }], [{ a: 1, b: 3 }], ['$[0].b']],
    ['a property whose name is no identifier', [{ a: 1, 'b c': 2 }], [{ a: 1, 'b c': 3 }], ['$[0]["b c"]']],
    ['a new property', [{ a: 1, b: 2 }], [{ a: 1, b: 2, c: 3 }], ['$[0].c']],
    ['a property that is gone', [{ a: 1, b: 2 }], [{ a: 1 }], ['$[0] (fewer properties)']],
    ['a new argument', [1, 2], [1, 2, 3], ['$[2]']],
    ['an argument that is gone', [1, 2], [1], ['$ (fewer arguments)']],
    ['a list', [[1, 2], 'x'], [[1, 3], 'x'], ['$[0]']],
    ['an object in place of a value', [1, 'x'], [{ a: 1 }, 'x'], ['$[0]']],
    ['punctuation in strings', ['a"]},{', 'x'], ['b"\\]},{"', 'x'], ['$[0]']],
    ['long strings', ['x'.repeat(10_000), 1], [`${'x'.repeat(9_999)}y`, 1], ['$[0]']],
    ['nothing in common', [1, 2], [3, 4], undefined],
    ['nothing different', [1, 2], [1, 2], undefined],
    ['a key of one part', [1], [2], undefined],
  ])('show %s', (_, stored, now, expected) => {
    expect(between(stored, now)).toEqual(expected)
  })

  it('are a few characters of one line that need no escape', () => {
    const keys = fc.array(fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })), { maxLength: 40 })
    fc.assert(
      fc.property(keys, (key) => {
        expect(keyPartsOf(canonical(key)) ?? '').toMatch(/^[A-Za-z0-9_.,{}-]{0,600}$/)
      }),
    )
  })

  it('show exactly the arguments that were changed', () => {
    const keys = fc.array(fc.oneof(fc.string(), fc.integer(), fc.array(fc.string())), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(keys, fc.nat(), (key, at) => {
        const index = at % key.length
        const now = key.map((value, i) => (i === index ? 'another value' : value))
        const isSame = canonical(now) === canonical(key)
        expect(between(key, now)).toEqual(isSame ? undefined : [`$[${index}]`])
      }),
    )
  })

  it('are not made for very many parts', () => {
    expect(keyPartsOf(canonical(Array.from({ length: 100 }, (_, i) => i)))).toBeUndefined()
    const wide = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`p${i}`, i]))
    expect(keyPartsOf(canonical([wide, 1]))).toHaveLength(11)
  })

  it('stay the same in every release, since stored ones are compared with new ones', () => {
    expect(keyPartsOf('1:["small",{"temperature":0.2,"top":1},[1,2]]')).toMatchInlineSnapshot(
      `"20nFM.{vsCeI,tGtmf}.AJZLs"`,
    )
    expect(keyPartsOf(`1:["${'x'.repeat(300)}",1]`)).toMatchInlineSnapshot(`"0kkjh.QCyHV"`)
  })
})

describe('the differences of two values', () => {
  const lines = (before: unknown, now: unknown) => differences(before, now, canonical).differs

  it('name each place with both values', () => {
    expect(lines([{ t: 0, u: [1, { v: 'a' }] }, 5], [{ t: 0.2, u: [1, { v: 'b' }] }, 5])).toEqual([
      '$[0].t: 1:0 → 1:0.2',
      '$[0].u[1].v: 1:"a" → 1:"b"',
    ])
    expect(lines([1], [1, 2])).toEqual(['$[1]: none → 1:2'])
    expect(lines([{ a: 1, 'b c': 2 }], [{ a: 1 }])).toEqual(['$[0]["b c"]: 1:2 → none'])
    expect(lines([new Date(0)], [new Date(1)])[0]).toMatch(/^\$\[0\]: 1:Date\(.*\) → 1:Date\(.*\)$/)
  })

  it('are none for equal values, cut long values, and name the type of what has no string', () => {
    expect(lines([{ a: [1, new Map([[1, 2]])] }], [{ a: [1, new Map([[1, 2]])] }])).toEqual([])
    expect(lines(['x'.repeat(100)], ['y'])).toEqual([`$[0]: 1:"${'x'.repeat(37)}… → 1:"y"`])
    expect(lines([() => 1], [1])).toEqual(['$[0]: function → 1:1'])
  })
})
