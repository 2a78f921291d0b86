import { pickle, unpickle } from '@persist/pickle/json'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bringsBack } from './support/brings-back.ts'
import { plainValues, richGraphs } from './support/random-values.ts'
import { strictDifference } from './support/strict-difference.ts'

it('as plain JSON, 100,000 random plain values come back equal', () =>
  bringsBack({ pickle, unpickle }, plainValues, 100_000))

it('as plain JSON, a random value comes back equal or is refused', () => {
  let [refused, right] = [0, 0]
  fc.assert(
    fc.property(fc.oneof(richGraphs, plainValues), (value) => {
      let payload: string
      try {
        payload = pickle(value)
      } catch (error) {
        refused++
        return (error as { code?: string }).code === 'ERR_PERSIST_PICKLE'
      }
      right++
      return strictDifference(value, unpickle(payload)) === undefined
    }),
    { numRuns: 10_000 },
  )
  expect(refused).toBeGreaterThan(1000)
  expect(right).toBeGreaterThan(1000)
})
