import { canonical } from '@persist/key'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CATALOG } from './support/catalog.mjs'
import { readCanonical } from './support/read-canonical.ts'
import { make, recipes } from './support/recipes.ts'
import { strictlyEqual } from './support/strictly-equal.ts'

const RUNS = process.env.PERSIST_SOAK === '1' ? 200_000 : 20_000

/** Whether a string cannot be read back by design: digests, and objects that only their class can make. */
const isOneWay = (key: string) => key.includes('sha256:') || key.includes('identity(')

test('the string of a random value can be read back as an equal value', () => {
  let readBack = 0
  fc.assert(
    fc.property(recipes({ cyclic: true }), (recipe) => {
      const value = make(recipe)
      const key = canonical(value)
      if (isOneWay(key)) return
      readBack++
      const again = readCanonical(key)
      if (!strictlyEqual(again, value)) expect.fail(`${key} is read back as ${canonical(again)}`)
    }),
    { numRuns: RUNS },
  )
  expect(readBack).toBeGreaterThan(RUNS * 0.8)
})

const readable = CATALOG.filter(([, create]) => !isOneWay(canonical(create())))

test('most of the catalog can be read back', () => {
  expect(readable.length).toBeGreaterThan(CATALOG.length - 15)
})

test.each(readable)('%s can be read back from its string', (_name, create) => {
  expect(strictlyEqual(readCanonical(canonical(create())), create())).toBe(true)
})
