import * as crypto from 'node:crypto'

type Encoding = 'base64url' | 'hex'

// `crypto.hash` came with Node 20.12 and 21.7, and takes a third less time than a Hash object.
const digest: (text: string, encoding: Encoding) => string =
  typeof crypto.hash === 'function'
    ? (text, encoding) => crypto.hash('sha256', text, encoding)
    : (text, encoding) => crypto.createHash('sha256').update(text).digest(encoding)

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

/**
 * SHA-256 of a text as UTF-8, in base64url without padding: 43 characters that are safe in file names, also where case
 * is folded.
 *
 * @example
 * ```ts
 * sha256(canonical([3]))
 * ```
 */
export function sha256(text: string): string {
  return digest(wellFormed(text), 'base64url')
}

/** SHA-256 in hexadecimal: 64 characters. */
export function hexHash(text: string): string {
  return digest(wellFormed(text), 'hex')
}

/** SHA-256 in base32 (RFC 4648, lower case, no padding): 52 characters that survive a change of case. */
export function base32Hash(text: string): string {
  const bytes = Buffer.from(digest(wellFormed(text), 'hex'), 'hex')
  let out = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) out += BASE32[(held >> (bits - 5)) & 31]
    held &= (1 << bits) - 1
  }
  return bits === 0 ? out : out + BASE32[(held << (5 - bits)) & 31]
}

/** UTF-8 has no lone surrogates: without escapes, all of them would become one and the same character. */
function wellFormed(text: string): string {
  return isWellFormed(text) ? text : `\u0000${JSON.stringify(text)}`
}

const LONE_SURROGATE = /\p{Surrogate}/u

function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text)
}
