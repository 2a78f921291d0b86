import { pickle, unpickle } from '@persist/pickle'
import * as binary from '@persist/pickle/v8'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { bringsBack } from './support/brings-back.ts'
import { plainValues, richGraphs, richTrees } from './support/random-values.ts'
import { strictDifference } from './support/strict-difference.ts'

describe('as text, 100,000 random values come back equal', () => {
  it('20,000 trees', () => bringsBack({ pickle, unpickle }, richTrees, 20_000))

  it('70,000 graphs, shared and circular', () => bringsBack({ pickle, unpickle }, richGraphs, 70_000))

  it('10,000 plain values', () => bringsBack({ pickle, unpickle }, plainValues, 10_000))
})

it('a plain value is written as its JSON in an envelope', () => {
  fc.assert(fc.property(plainValues, (value) => pickle(value) === `{"v":1,"json":${JSON.stringify(value)}}`))
})

it('pickling leaves a value as it was', () => {
  fc.assert(
    fc.property(richGraphs, (value) => {
      // A copy, not its bytes: those also depend on V8's internal encoding of a string.
      const before = binary.unpickle(binary.pickle(value))
      pickle(value)
      return strictDifference(before, value) === undefined
    }),
    { numRuns: 2_000 },
  )
})
