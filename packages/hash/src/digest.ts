import { sha256, types, utf8Bytes } from '@persist/platform'

/** How a digest is written. */
export type Encoding = 'base64url' | 'hex'

/** The input of a hash. */
export type Hashable = string | Uint8Array

/**
 * SHA-256 of bytes or of a string. Different strings have different bytes: see {@link exactBytes}. `caller` names the hash in
 * the error.
 *
 * @throws TypeError for any other input.
 */
export function digestOf(input: Hashable, encoding: Encoding, caller: string): string {
  if (typeof input === 'string') return sha256(isWellFormed(input) ? input : exactBytes(input), encoding)
  // `instanceof` would fail in a test runner's sandbox, which has its own Uint8Array.
  if (types.isUint8Array(input)) return sha256(input, encoding)
  throw new TypeError(`${caller} takes a string or a Uint8Array, ${advice(input)}`)
}

function advice(input: unknown): string {
  if (types.isPromise(input)) return 'not a promise: await it first'
  if (ArrayBuffer.isView(input))
    return 'not another view of bytes: pass new Uint8Array(view.buffer, view.byteOffset, view.byteLength)'
  if (types.isAnyArrayBuffer(input)) return 'not a buffer: pass new Uint8Array(buffer)'
  const what = input === null ? 'null' : Array.isArray(input) ? 'an array' : typeof input
  return `not ${what}: pass the canonical(value) of @persist/key`
}

function isWellFormed(string: string): boolean {
  // ES2024, which Node 20 has.
  return (string as string & { isWellFormed(): boolean }).isWellFormed()
}

const SURROGATES = /(\p{Surrogate})/u
const LONE = /^\p{Surrogate}$/u

/**
 * The string in UTF-8, with lone surrogates as three bytes each (WTF-8, https://simonsapin.github.io/wtf-8/). UTF-8 has no
 * lone surrogates, and Node would replace them all by the same character. No valid UTF-8 contains these three bytes.
 */
export function exactBytes(string: string): Uint8Array {
  const parts = string
    .split(SURROGATES)
    .map((part) => (LONE.test(part) ? threeBytes(part.charCodeAt(0)) : utf8Bytes(part)))
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function threeBytes(unit: number): Uint8Array {
  return Uint8Array.of(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
}
