import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyOf } from '../src/keys.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom(
    '',
    'a/b',
    'a',
    'a:b',
    '%2F',
    '%',
    'x'.repeat(80),
    'x'.repeat(81),
    '\ud800',
    '\ud801',
    '漢'.repeat(30),
  ),
)

test('no two pairs of namespace and hash share a key', () => {
  fc.assert(
    fc.property(text, text, text, text, (namespace1, hash1, namespace2, hash2) => {
      const same = keyOf(namespace1, hash1) === keyOf(namespace2, hash2)
      expect(same).toBe(namespace1 === namespace2 && hash1 === hash2)
    }),
    { numRuns: 2_000 },
  )
})

test('every key is fit for every storage: short, ASCII, without spaces and without the colon of Keyv', () => {
  fc.assert(
    fc.property(text, text, (namespace, hash) => {
      expect(keyOf(namespace, hash)).toMatch(/^[!-9;-~]{1,201}$/)
    }),
  )
})

test('a key reads as what it is for', () => {
  expect(keyOf('power', '2_to_the_power_of_4')).toBe('power/2_to_the_power_of_4')
  expect(keyOf('Class.method', 'wXS1bv')).toBe('Class.method/wXS1bv')
})
