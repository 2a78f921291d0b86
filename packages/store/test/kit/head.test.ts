import { HEAD_FIELDS, type Head } from '@persist/store'
import { fitsHeadField, headFieldsOf, readHead, storedHead } from '@persist/store/kit'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const VALUES = {
  string: fc.string({ unit: 'binary' }),
  strings: fc.array(fc.string()),
  time: fc.double({ noNaN: true, noDefaultInfinity: true }).map((ms) => ms + 0),
  duration: fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }).map((ms) => ms + 0),
  boolean: fc.boolean(),
}
const heads = fc.record(
  Object.fromEntries(
    Object.entries(HEAD_FIELDS).map(([field, type]) => [field, VALUES[type] as fc.Arbitrary<unknown>]),
  ),
  { requiredKeys: ['hash', 'createdAt'] },
) as unknown as fc.Arbitrary<Head>

test('a head comes back from JSON with every field', () => {
  fc.assert(
    fc.property(heads, (head) => {
      expect(readHead(JSON.parse(JSON.stringify(storedHead(head))))).toEqual(head)
    }),
  )
})

test('a field of the wrong type, and a missing hash or time, make it no head', () => {
  const head = { hash: 'a', createdAt: 1 }
  for (const field of Object.keys(HEAD_FIELDS) as (keyof Head)[]) {
    for (const wrong of [null, {}, [1], Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(fitsHeadField(field, wrong), `${field}: ${wrong}`).toBe(false)
      expect(readHead({ ...head, [field]: wrong }), `${field}: ${wrong}`).toBeUndefined()
    }
  }
  for (const found of [undefined, null, 'x', [], {}, { hash: 'a' }, { createdAt: 1 }]) {
    expect(readHead(found)).toBeUndefined()
  }
})

test('nothing but the fields of a head is read or stored', () => {
  const odd = { hash: 'a', createdAt: Number.NaN, expiresAt: Number.POSITIVE_INFINITY, payload: 'x', color: 'red' }
  expect(storedHead(odd)).toEqual({ hash: 'a', createdAt: 0 })
  expect(readHead({ hash: 'a', createdAt: 1, payload: 'x', color: 'red' })).toEqual({ hash: 'a', createdAt: 1 })
})

test('fields are found by their types', () => {
  expect(headFieldsOf('time', 'duration')).toEqual(['createdAt', 'expiresAt', 'staleUntil', 'durationMs'])
  expect(headFieldsOf('strings')).toEqual(['tags', 'inputs', 'codecs'])
})
