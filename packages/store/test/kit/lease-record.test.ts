import { leaseHolder, readLeaseRecord } from '@persist/store/kit'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const records = fc.record(
  {
    id: fc.string({ maxLength: 200 }),
    ms: fc.integer({ min: 1 }),
    beat: fc.nat(),
    promised: fc.constant(true),
    waitsFor: fc.array(fc.string({ maxLength: 200 }), { minLength: 1, maxLength: 100 }),
  },
  { requiredKeys: ['id', 'ms', 'beat'] },
)

test('a record comes back from JSON, and a holder shows all that others may know', () => {
  fc.assert(
    fc.property(records, (record) => {
      const read = readLeaseRecord(JSON.parse(JSON.stringify(record)))!
      expect(read).toEqual(record)
      const { id, promised = false, waitsFor } = record
      expect(leaseHolder(read)).toEqual({ id, promised, ...(waitsFor && { waitsFor }) })
    }),
  )
})

test('of anything else only a string as an id makes a record, and nothing throws', () => {
  fc.assert(
    fc.property(fc.anything(), (found) => {
      const id = (found as { id?: unknown } | null | undefined)?.id
      expect(readLeaseRecord(found) === undefined).toBe(typeof found !== 'object' || typeof id !== 'string')
    }),
  )
  const odd = { id: 'a', ms: -1, beat: 'soon', promised: 'yes', waitsFor: [5] }
  expect(readLeaseRecord(odd)).toEqual({ id: 'a', ms: 0, beat: 0 })
})
