import { surplusOf } from '@persist/store/kit'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const ENTRIES = fc.array(fc.record({ bytes: fc.nat(100), usedAt: fc.nat(20) }), { maxLength: 30 })
const BOUND = fc.option(fc.nat(300), { nil: undefined })

test('the rest keeps the bounds, and with one more of what went it would not', () => {
  fc.assert(
    fc.property(ENTRIES, BOUND, BOUND, (entries, maxEntries, maxBytes) => {
      const bounds = { ...(maxEntries !== undefined && { maxEntries }), ...(maxBytes !== undefined && { maxBytes }) }
      const gone = surplusOf(entries, bounds)
      const rest = entries.filter((one) => !gone.includes(one))
      const isWithin = (kept: typeof entries) =>
        kept.length <= (maxEntries ?? Infinity) &&
        kept.reduce((sum, { bytes }) => sum + bytes, 0) <= (maxBytes ?? Infinity)
      expect(isWithin(rest)).toBe(true)
      if (gone.length > 0) expect(isWithin([...rest, gone.at(-1)!])).toBe(false)
    }),
  )
})

test('what alone is too large goes first, and then what was used least recently', () => {
  fc.assert(
    fc.property(ENTRIES, fc.nat(100), (entries, maxBytes) => {
      const gone = surplusOf(entries, { maxBytes })
      const rest = entries.filter((one) => !gone.includes(one))
      expect(rest.every(({ bytes }) => bytes <= maxBytes)).toBe(true)
      const small = gone.filter(({ bytes }) => bytes <= maxBytes)
      const latest = Math.max(...small.map(({ usedAt }) => usedAt))
      expect(rest.every(({ usedAt }) => usedAt >= latest)).toBe(true)
    }),
  )
})

test('without bounds everything stays', () => {
  expect(surplusOf([{ bytes: 1, usedAt: 1 }], {})).toEqual([])
})
