import { HashError } from '@persist/errors'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { after, checkHash, endOf, hashOf, keyOf, prefixIn, prefixOf } from '../src/keys.ts'

const name = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom(
    'a',
    'a\xff',
    'ÿ',
    'þ',
    '',
    'a'.repeat(400),
    'a'.repeat(401),
    'ä'.repeat(300),
    '\ud800',
    '\ud801',
    '\ufffd',
  ),
)
const hash = name.filter((text) => !/\p{Surrogate}/u.test(text))

test('no two pairs of namespace and hash share a key', () => {
  fc.assert(
    fc.property(name, hash, name, hash, (namespace1, hash1, namespace2, hash2) => {
      const same = keyOf(prefixOf(namespace1), hash1).equals(keyOf(prefixOf(namespace2), hash2))
      expect(same).toBe(namespace1 === namespace2 && hash1 === hash2)
    }),
    { numRuns: 2_000 },
  )
})

test('the prefix of a key is that of its namespace, whatever bytes its digest has', () => {
  const long = fc.nat().map((number) => `${'a'.repeat(400)}${number}`)
  fc.assert(
    fc.property(fc.oneof(name, long), hash, (namespace, one) => {
      const prefix = prefixOf(namespace)
      expect(prefixIn(keyOf(prefix, one)).equals(prefix)).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

test('a key lies in the range of its namespace and in no other', () => {
  fc.assert(
    fc.property(name, hash, name, (namespace, one, other) => {
      const key = keyOf(prefixOf(namespace), one)
      const start = prefixOf(other)
      const inside = Buffer.compare(key, start) >= 0 && Buffer.compare(key, endOf(start)) < 0
      expect(inside).toBe(namespace === other)
    }),
    { numRuns: 2_000 },
  )
})

test('a key gives its hash back, and nothing fits between it and what comes after', () => {
  fc.assert(
    fc.property(name, hash, hash, (namespace, one, other) => {
      const prefix = prefixOf(namespace)
      const key = keyOf(prefix, one)
      expect(hashOf(prefix, key)).toBe(one)
      const second = keyOf(prefix, other)
      expect(Buffer.compare(second, key) > 0).toBe(Buffer.compare(second, after(key)) >= 0)
    }),
  )
})

test('a key is never longer than LMDB takes', () => {
  for (const namespace of ['ä'.repeat(200), 'ä'.repeat(201), 'x'.repeat(100_000)]) {
    const longest = 'x'.repeat(1_500)
    checkHash(longest)
    expect(keyOf(prefixOf(namespace), longest).length).toBeLessThan(1_978)
  }
})

test('a hash that is too long or no Unicode is refused', () => {
  for (const refused of ['x'.repeat(1_501), 'ä'.repeat(751), '\ud800', 'a\udc00b']) {
    expect(() => checkHash(refused)).toThrow(HashError)
  }
  for (const fine of ['', 'x', '😀', 'a\0b', '../x', 'CON']) checkHash(fine)
})
