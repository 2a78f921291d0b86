import { base32Hash, checkFileName, fileNameProblem, hexHash, sha256 } from '@persist/hash'
import { expect, it } from 'vitest'

it('the three forms have 43, 64 and 52 safe characters of SHA-256', () => {
  // The digest of "abc" is the first example of FIPS 180-4.
  expect(hexHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(sha256('abc')).toBe(Buffer.from(hexHash('abc'), 'hex').toString('base64url'))
  expect(base32Hash('abc')).toMatch(/^[a-z2-7]{52}$/)
  for (const hash of [sha256('x'), hexHash('x'), base32Hash('x')]) expect(fileNameProblem(hash)).toBeUndefined()
})

it('two lone surrogates have two hashes', () => {
  expect(sha256('\ud800')).not.toBe(sha256('\ud801'))
})

it.each([
  '',
  '.',
  '..',
  '.x',
  'a/b',
  'a\\b',
  'a:b',
  'CON',
  'con.txt',
  'COM¹',
  'a.',
  'a ',
  'a\u0000',
  'e\u0301',
  'x'.repeat(256),
  '\ud800',
])('%j cannot name a file', (name) => {
  expect(() => checkFileName(name)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_HASH' }))
})

it('a readable name can, and the suffix counts', () => {
  expect(fileNameProblem('3_to_the_power_of_4')).toBeUndefined()
  expect(fileNameProblem('x'.repeat(250), { suffixBytes: 6 })).toMatch(/long|255|256/)
})
