import { canonical } from '@persist/key'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CATALOGUE } from './support/catalogue.mjs'
import { readCanonical } from './support/read-canonical.ts'
import { make, recipes } from './support/recipes.ts'
import { strictlyEqual } from './support/strictly-equal.ts'

const RUNS = process.env.PERSIST_SOAK === '1' ? 200_000 : 20_000

/** What cannot be read back by design: digests, and what only a class can make again. */
const isOneWay = (text: string) => text.includes('sha256:') || text.includes('identity(')

test('a text holds all of a random value: it can be read back', () => {
  let readBack = 0
  fc.assert(
    fc.property(recipes({ cyclic: true }), (recipe) => {
      const value = make(recipe)
      const text = canonical(value)
      if (isOneWay(text)) return
      readBack++
      const again = readCanonical(text)
      if (!strictlyEqual(again, value)) expect.fail(`${text} is read back as ${canonical(again)}`)
    }),
    { numRuns: RUNS },
  )
  expect(readBack).toBeGreaterThan(RUNS * 0.8)
})

const readable = CATALOGUE.filter(([, create]) => !isOneWay(canonical(create())))

test('most of the catalogue can be read back', () => {
  expect(readable.length).toBeGreaterThan(CATALOGUE.length - 15)
})

test.each(readable)('%s can be read back from its text', (_name, create) => {
  expect(strictlyEqual(readCanonical(canonical(create())), create())).toBe(true)
})
