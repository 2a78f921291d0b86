import { OptionError } from '@persist/errors'
import { afterScheme, schemeOf } from '@persist/store'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test.each([
  ['file://persist', 'file', 'persist'],
  ['file:///var/cache', 'file', '/var/cache'],
  ['./results', 'file', './results'],
  ['C:\\results', 'file', 'C:\\results'],
  ['', 'file', ''],
  ['mongodb+srv://ann:pw@db.example/app', 'mongodb+srv', 'ann:pw@db.example/app'],
  ['MongoDB://x', 'mongodb', 'x'],
  ['lmdb://a://b', 'lmdb', 'a://b'],
])('%s has the scheme %s', (url, scheme, rest) => {
  expect(schemeOf(url)).toBe(scheme)
  expect(afterScheme(url)).toBe(rest)
})

test('a URL object says the same as its text', () => {
  expect(schemeOf(new URL('redis://127.0.0.1:6379/2'))).toBe('redis')
})

test('what stands before :// and is no scheme is an error', () => {
  for (const url of ['://x', '../evil://x', 'a b://x', '1a://x', '@persist/x://y', 'constructor()://x']) {
    expect(() => schemeOf(url), url).toThrow(OptionError)
  }
})

test('whatever the text, a scheme is a plain word or an error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (before, after) => {
      let scheme: string
      try {
        scheme = schemeOf(`${before}://${after}`)
      } catch (error) {
        expect(error).toBeInstanceOf(OptionError)
        return
      }
      expect(scheme).toMatch(/^[a-z][a-z0-9+.-]*$/)
    }),
  )
})
