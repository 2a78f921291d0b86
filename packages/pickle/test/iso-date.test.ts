import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isoDate } from '../src/iso-date.ts'
import { isoTime } from '../src/iso-time.ts'

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

it('a time is read as the engine reads it, or left to the engine', () => {
  let read = 0
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') }), (date) => {
      const time = isoTime(date.toISOString())
      if (Number.isNaN(time)) return
      read++
      expect(time).toBe(date.getTime())
    }),
    { numRuns: 20_000 },
  )
  expect(read).toBeGreaterThan(10_000)
})

it('a string that is no date has no time', () => {
  const letter = fc.constantFrom(...'0123456789-:.TZ /aé')
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true }), fc.nat(27), letter, (date, at, letter) => {
      const iso = date.toISOString()
      const edited = iso.slice(0, at) + letter + iso.slice(at + 1)
      const time = isoTime(edited)
      if (!Number.isNaN(time)) expect(new Date(time).toISOString()).toBe(edited)
    }),
    { numRuns: 20_000 },
  )
})
