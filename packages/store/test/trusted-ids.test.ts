import { trustedIds } from '@persist/store/holder'
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
