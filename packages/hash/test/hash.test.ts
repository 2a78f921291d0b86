import { runInNewContext } from 'node:vm'
import { base32Hash, hexHash, sha256 } from '@persist/hash'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha256InOneStep as inOneStep, sha256InTwoSteps as inTwoSteps } from '../../platform/src/node/sha256.ts'
import { exactBytes } from '../src/digest.ts'

const anyString = fc.string({
  unit: fc.oneof(fc.constantFrom('\ud800', '\udfff', 'é'), fc.string({ unit: 'binary', minLength: 1 })),
})

describe('the three hashes', () => {
  it('are SHA-256: the first example of FIPS 180-4', () => {
    expect(hexHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  it('have 43, 64 and 52 characters that are safe in file names', () => {
    fc.assert(
      fc.property(anyString, (input) => {
        expect(sha256(input)).toMatch(/^[A-Za-z0-9_-]{43}$/)
        expect(hexHash(input)).toMatch(/^[0-9a-f]{64}$/)
        expect(base32Hash(input)).toMatch(/^[a-z2-7]{52}$/)
      }),
      { numRuns: 1_000 },
    )
  })

  it('are three encodings of one digest', () => {
    const bits = (digits: string, alphabet: string, width: number) =>
      [...digits]
        .map((letter) => alphabet.indexOf(letter).toString(2).padStart(width, '0'))
        .join('')
        .slice(0, 256)
    fc.assert(
      fc.property(anyString, (input) => {
        const digest = bits(hexHash(input), '0123456789abcdef', 4)
        expect(bits(base32Hash(input), 'abcdefghijklmnopqrstuvwxyz234567', 5)).toBe(digest)
        expect(Buffer.from(sha256(input), 'base64url').toString('hex')).toBe(hexHash(input))
      }),
      { numRuns: 500 },
    )
  })

  it('are the same without crypto.hash', () => {
    fc.assert(
      fc.property(anyString, (input) => {
        const bytes = exactBytes(input)
        expect(sha256(input)).toBe(inTwoSteps(bytes, 'base64url'))
        if (inOneStep !== undefined) expect(inOneStep(bytes, 'hex')).toBe(inTwoSteps(bytes, 'hex'))
      }),
      { numRuns: 1_000 },
    )
  })

  it('differ for strings that differ only in lone surrogates', () => {
    const strings = ['\ud800', '\ud801', '\udc00', '\ufffd', '\ud800\ud800', 'a\ud800', '\ud800a', '\ud83d\ude00']
    expect(new Set(strings.map(sha256)).size).toBe(strings.length)
  })
})

describe.each([
  ['sha256', sha256],
  ['hexHash', hexHash],
  ['base32Hash', base32Hash],
])('%s', (name, hash) => {
  it('is the same for a string and its bytes, in a Buffer, a Uint8Array or one of another realm', () => {
    const bytes = Buffer.from('é 1:[3]')
    const elsewhere = runInNewContext('Uint8Array.from(list)', { list: [...bytes] })
    for (const input of [bytes, new Uint8Array(bytes), elsewhere]) expect(hash(input)).toBe(hash('é 1:[3]'))
    expect(hash(new Uint8Array(0))).toBe(hash(''))
    expect(hash(new Uint8Array([1, 2]))).not.toBe(hash(new Uint8Array([2, 1])))
  })

  it.each([
    ['a number', 1, /not number: pass the canonical\(value\)/],
    ['undefined', undefined, /not undefined/],
    ['null', null, /not null/],
    ['an array of bytes', [1, 2], /not an array/],
    ['an object', { a: 1 }, /not object: pass the canonical/],
    ['a promise of bytes', Promise.resolve(new Uint8Array(1)), /await it first/],
    ['an ArrayBuffer', new ArrayBuffer(1), /pass new Uint8Array\(buffer\)/],
    ['other views', new Float64Array(1), /new Uint8Array\(view\.buffer/],
  ])('refuses %s with a TypeError that says what to pass instead', (_what, input, reason) => {
    expect(() => hash(input as never)).toThrow(TypeError)
    expect(() => hash(input as never)).toThrow(reason)
    expect(() => hash(input as never)).toThrow(`${name} takes a string or a Uint8Array`)
  })
})
