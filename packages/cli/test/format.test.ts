import { describe, expect, test } from 'vitest'
import { ago, bytes, count, duration, entries, moment } from '../src/format.ts'
import { harmless, harmlessInColor, oneLine } from '../src/output.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1536, '1.5 kB'],
  [99_940, '99.9 kB'],
  [123_456, '123 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [1e15, '1.0 PB'],
])('%i bytes are %s', (number, text) => {
  expect(bytes(number)).toBe(text)
})

test.each([
  [0, '0 ms'],
  [0.0123, '0.012 ms'],
  [9.5, '9.5 ms'],
  [12.6, '13 ms'],
  [999, '999 ms'],
  [1000, '1 s'],
  [1500, '1.5 s'],
  [59_000, '59 s'],
  [60_000, '1 min'],
  [3_600_000, '1 h'],
  [36 * 3_600_000, '1.5 d'],
  [800 * 86_400_000, '2.2 y'],
])('%d ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})

test('moments and numbers are written for people', () => {
  expect(ago(1000, 61_000)).toBe('1 min ago')
  expect(ago(61_000, 1000)).toBe('in 1 min')
  expect(ago(1000, 1400)).toBe('now')
  expect(count(1234567)).toBe('1,234,567')
  expect([entries(1), entries(2), entries(0)]).toEqual(['1 entry', '2 entries', '0 entries'])
  expect(moment(0)).toBe('1970-01-01T00:00:00.000Z')
  expect(moment(1e300)).toBe('1e+300')
})

describe('text for a terminal', () => {
  test('cannot control it', () => {
    expect(harmless('a\u001b[2Jb\u0007\u009bc\u202ed\n\te\r')).toBe('a\\u001b[2Jb\\u0007\\u009bc\\u202ed\n\te\\u000d')
    expect(oneLine('a\nb\tc')).toBe('a\\nb\\tc')
    expect(oneLine('abcdef', 4)).toBe('abc…')
    expect(harmless('größe ☃ 😀')).toBe('größe ☃ 😀')
  })

  test('keeps only colors', () => {
    const color = '\u001b[33m8\u001b[39m'
    expect(harmlessInColor(color)).toBe(color)
    expect(harmlessInColor('\u001b[2J\u001b]0;x\u0007')).toBe('\\u001b[2J\\u001b]0;x\\u0007')
  })
})
