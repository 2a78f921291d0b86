import { decodePayload, isWellFormed, payloadEncoding } from '@persist/store/kit'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const strings = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', 'ä', '😀', '\ud83d', '\ude00', '\0') }),
)

test('a payload survives in its encoding, also in the middle of a buffer', () => {
  fc.assert(
    fc.property(fc.oneof(strings, fc.uint8Array()), (payload) => {
      const encoding = payloadEncoding(payload)
      const bytes = typeof payload === 'string' ? Buffer.from(payload, encoding as 'utf8') : Buffer.from(payload)
      expect(decodePayload(bytes, encoding)).toEqual(payload)
      const buffer = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')])
      expect(decodePayload(buffer, encoding, 6, 6 + bytes.length)).toEqual(payload)
    }),
  )
})

test('only a string with half a surrogate pair is UTF-16', () => {
  fc.assert(
    fc.property(strings, (string) => {
      expect(isWellFormed(string)).toBe(!/\p{Surrogate}/u.test(string))
      expect(payloadEncoding(string)).toBe(isWellFormed(string) ? 'utf8' : 'utf16le')
    }),
  )
})

test('bytes are a copy, and an odd number of bytes is no UTF-16', () => {
  const buffer = Buffer.of(1, 2, 3)
  const payload = decodePayload(buffer, 'bytes') as Uint8Array
  buffer.fill(0)
  expect(payload).toEqual(Uint8Array.of(1, 2, 3))
  expect(decodePayload(buffer, 'utf16le')).toBeUndefined()
})
