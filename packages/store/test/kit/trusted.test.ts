import { isTrustedId, trustedIds, trustedMs } from '@persist/store/kit'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test('ids as core gives them come back', () => {
  const ids = fc.array(fc.string({ maxLength: 200 }), { maxLength: 100 })
  fc.assert(
    fc.property(ids, (given) => {
      expect(trustedIds(given)).toEqual(given)
    }),
    { numRuns: 30 },
  )
})

test('of anything else there are few ids, and short ones, and nothing throws', () => {
  const long = fc.array(fc.string({ minLength: 150, maxLength: 300 }), { minLength: 80, maxLength: 200 })
  fc.assert(
    fc.property(fc.oneof(fc.anything(), long), (claimed) => {
      const ids = trustedIds(claimed)
      expect(ids.length).toBeLessThanOrEqual(100)
      expect(ids.every((id) => typeof id === 'string' && id.length <= 200)).toBe(true)
    }),
  )
})

test('a claim of a time is believed up to five minutes, or up to the own time of the asker', () => {
  expect(trustedMs(60_000, 30_000)).toBe(60_000)
  expect(trustedMs(1e300, 30_000)).toBe(300_000)
  expect(trustedMs(1e300, 3_600_000)).toBe(3_600_000)
  for (const claimed of [undefined, '60000', 0, -1, Number.NaN]) expect(trustedMs(claimed, 30_000)).toBe(30_000)
})

test('an id is a string of at most 200 characters', () => {
  expect(['', 'x'.repeat(200)].map(isTrustedId)).toEqual([true, true])
  expect(['x'.repeat(201), 5, null, ['x']].map(isTrustedId)).toEqual([false, false, false, false])
})
