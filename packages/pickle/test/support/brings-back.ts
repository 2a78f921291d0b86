import fc from 'fast-check'
import { expect } from 'vitest'
import { strictDifference } from './strict-difference.ts'

/** With `PERSIST_SOAK=1`, ten times as many runs. */
const SOAK = process.env.PERSIST_SOAK === '1' ? 10 : 1

export interface Pair {
  pickle(value: unknown): string | Uint8Array
  unpickle(payload: string | Uint8Array): unknown
}

/** Checks that the pair brings `count` random values back equal by the strict comparison. */
export function bringsBack({ pickle, unpickle }: Pair, values: fc.Arbitrary<unknown>, count: number): void {
  let runs = 0
  fc.assert(
    fc.property(values, (value) => {
      runs++
      const payload = pickle(value)
      const difference = strictDifference(value, unpickle(payload))
      if (difference !== undefined) throw new Error(difference)
      if (typeof payload === 'string' && payload.includes('\n')) throw new Error('more than one line')
    }),
    { numRuns: count * SOAK },
  )
  expect(runs).toBeGreaterThanOrEqual(count)
}
