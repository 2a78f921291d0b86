import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isoDate } from '../src/iso-date.ts'

it('a date is written as toISOString writes it', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true }), (date) => {
      expect(isoDate(date.getTime())).toBe(date.toISOString())
    }),
    { numRuns: 20_000 },
  )
})

it('the first and last day of each month from 1969 to 10000 is right', () => {
  for (let year = 1969; year <= 10_000; year++) {
    for (let month = 0; month < 12; month++) {
      for (const time of [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1) - 1])
        if (isoDate(time) !== new Date(time).toISOString()) expect(isoDate(time)).toBe(new Date(time).toISOString())
    }
  }
})

it('no date throws', () => {
  expect(() => isoDate(Number.NaN)).toThrow(RangeError)
  expect(() => isoDate(8.64e15 + 1)).toThrow(RangeError)
})
