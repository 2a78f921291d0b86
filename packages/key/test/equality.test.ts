import { canonical } from '@persist/key'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CATALOG } from './support/catalog.mjs'
import { alter, make, type Recipe, recipes } from './support/recipes.ts'
import { strictlyEqual } from './support/strictly-equal.ts'

const PAIRS = process.env.PERSIST_SOAK === '1' ? 2_000_000 : 100_000
const PAIRS_A_RUN = 10

describe.each([
  ['trees', false],
  ['graphs with cycles', true],
])('two random %s', (_name, cyclic) => {
  test('have equal strings exactly if they are equal values', { timeout: 600_000 }, () => {
    let equal = 0
    let different = 0
    const compare = (a: unknown, b: unknown) => {
      const same = strictlyEqual(a, b)
      if (same) equal++
      else different++
      const stringA = canonical(a)
      const stringB = canonical(b)
      if ((stringA === stringB) !== same) expect.fail(`${same ? 'equal' : 'different'}, but ${stringA} and ${stringB}`)
    }
    fc.assert(
      fc.property(recipes({ cyclic }), recipes({ cyclic }), fc.infiniteStream(fc.nat(59)), (recipe, other, choices) => {
        const choice = () => choices.next().value as number
        // An array with the same part twice, so that something can be shared.
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

test('each value of the catalog has its own string, and the same one when it is made again', () => {
  const nameOf = new Map<string, string>()
  for (const [name, create] of CATALOG) {
    const string = canonical(create())
    expect(canonical(create()), name).toBe(string)
    expect(nameOf.get(string), `the string of ${name}`).toBeUndefined()
    nameOf.set(string, name)
  }
  expect(nameOf.size).toBe(CATALOG.length)
})

test('the strict comparison, too, distinguishes every two values of the catalog', () => {
  const values = CATALOG.map(([, create]) => create())
  for (const [index, a] of values.entries()) {
    for (const [place, b] of values.entries()) {
      if (strictlyEqual(a, b) !== (index === place)) {
        expect.fail(`${CATALOG[index]![0]} and ${CATALOG[place]![0]}`)
      }
    }
  }
})
