import { canonical, canonicalArguments } from '@persist/key'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { make, recipes } from './support/recipes.ts'

test('the canonical string of the arguments of a call is that of their array', () => {
  fc.assert(
    fc.property(fc.array(recipes({ cyclic: true }), { maxLength: 5 }), (drawn) => {
      const args = drawn.map((recipe) => make(recipe))
      expect(canonicalArguments(args)).toBe(canonical(args))
    }),
    { numRuns: 2_000 },
  )
})

test('an argument without a stable identity is refused with its path', () => {
  expect(() => canonicalArguments([1, { f: () => 1 }])).toThrow(
    expect.objectContaining({ code: 'ERR_PERSIST_KEY', path: '$[1].f' }),
  )
})
