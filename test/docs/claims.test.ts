import { expect, test } from 'vitest'
import { holds, shownAs } from './claim.mjs'
import { instrument } from './instrument.ts'

test.each([
  ['6, computed once ever', 6],
  ['6', 6],
  ["[['x', 3]]", [['x', 3]]],
  ['{ hit: true, value: 6, … }', { hit: true, value: 6, createdAt: 1 }],
  ['"a"', 'a'],
])('a comment may say %s', (claim, value) => {
  expect(holds(claim, shownAs(value))).toBe(true)
})

test.each([
  ['6, computed once ever', 60],
  ['60', 6],
  ['6.5', 6],
  ["[['x', 3]]", [['x', 4]]],
  ['{ hit: true, value: 6, … }', { hit: false, value: 6 }],
])('a comment that says %s is wrong', (claim, value) => {
  expect(holds(claim, shownAs(value))).toBe(false)
})

test('a comment that begins with a value is a claim, and prose is not', () => {
  const claims = (source: string) => instrument(source, 'x.ts').claims
  expect(claims('f(3) // 6, computed once ever\nconst x = f(3) // [6]\nf(x) // KeyError: no')).toBe(3)
  expect(claims('f(3) // computed once ever\nf(3)')).toBe(0)
})
