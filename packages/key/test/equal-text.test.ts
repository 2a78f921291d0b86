import { canonical } from '@persist/key'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CATALOGUE } from './support/catalogue.mjs'
import { alter, make, type Recipe, recipes } from './support/recipes.ts'
import { strictlyEqual } from './support/strictly-equal.ts'

const PAIRS = process.env.PERSIST_SOAK === '1' ? 2_000_000 : 100_000
const PAIRS_A_RUN = 10

describe.each([
  ['trees', false],
  ['graphs with cycles', true],
])('two random %s', (_name, cyclic) => {
  test('have equal texts exactly when they are equal values', { timeout: 600_000 }, () => {
    let equal = 0
    let different = 0
    const compare = (a: unknown, b: unknown) => {
      const same = strictlyEqual(a, b)
      if (same) equal++
      else different++
      const textA = canonical(a)
      const textB = canonical(b)
      if ((textA === textB) !== same) expect.fail(`${same ? 'equal' : 'different'}, but ${textA} and ${textB}`)
    }
    fc.assert(
      fc.property(recipes({ cyclic }), recipes({ cyclic }), fc.infiniteStream(fc.nat(59)), (recipe, other, choices) => {
        const choice = () => choices.next().value as number
        // Itself twice, so that something can be shared.
        const twice: Recipe = { made: 'array', of: [recipe, recipe] }
        const value = make(twice)
        compare(value, make(twice, { reversed: true, shared: new Map() }))
        compare(make(recipe), make(other))
        for (let pair = 2; pair < PAIRS_A_RUN; pair++) compare(make(recipe), make(alter(recipe, other, choice)))
      }),
      { numRuns: PAIRS / PAIRS_A_RUN },
    )
    expect(equal + different).toBeGreaterThanOrEqual(PAIRS)
    expect(equal, 'equal pairs').toBeGreaterThan(PAIRS / 10)
    expect(different, 'different pairs').toBeGreaterThan(PAIRS / 3)
  })
})

test('no two values of the catalogue have one text, and each has its own again when it is made again', () => {
  const nameOf = new Map<string, string>()
  for (const [name, create] of CATALOGUE) {
    const text = canonical(create())
    expect(canonical(create()), name).toBe(text)
    expect(nameOf.get(text), `the text of ${name}`).toBeUndefined()
    nameOf.set(text, name)
  }
  expect(nameOf.size).toBe(CATALOGUE.length)
})

test('every two values of the catalogue are told apart by the comparison, too', () => {
  const values = CATALOGUE.map(([, create]) => create())
  for (const [index, a] of values.entries()) {
    for (const [place, b] of values.entries()) {
      if (strictlyEqual(a, b) !== (index === place)) {
        expect.fail(`${CATALOGUE[index]![0]} and ${CATALOGUE[place]![0]}`)
      }
    }
  }
})
