import { base32 } from './base32.ts'
import { digestOf, type Hashable } from './digest.ts'

/**
 * SHA-256 of a string or of bytes in base64url without padding (RFC 4648): 43 characters of `A-Z a-z 0-9 - _`. The
 * default hash. It stays unique if file names ignore case: about 223 of its 256 bits are left then.
 *
 * All three hashes use the string in UTF-8, so a string and its UTF-8 bytes have the same hash. Strings that differ only in
 * lone surrogates have different hashes.
 *
 * @throws TypeError for anything but a string or a `Uint8Array` (a Buffer is one).
 *
 * @example
 * ```ts
 * sha256('1:[3]')                  // '6TXGzPBivgeD5XmBN6UrDAUPHyaYT3b0zr3Bs3F1lEE'
 * sha256(Buffer.from('1:[3]'))     // the same
 * ```
 */
export function sha256(input: Hashable): string {
  return digestOf(input, 'base64url', 'sha256')
}

/**
 * SHA-256 of a string or of bytes in hexadecimal: 64 characters of `0-9 a-f`, for systems that change the case of names.
 *
 * @throws TypeError for anything but a string or a `Uint8Array`.
 *
 * @example
 * ```ts
 * const double = persist((x: number) => 2 * x, { funcname: 'double', hash: (key) => hexHash(JSON.stringify(key)) })
 * hexHash('1:[3]').length   // 64
 * ```
 */
export function hexHash(input: Hashable): string {
  return digestOf(input, 'hex', 'hexHash')
}

/**
 * SHA-256 of a string or of bytes in base32 without padding (RFC 4648), lower case: 52 characters of `a-z 2-7`, the
 * shortest for systems that change the case of names.
 *
 * @throws TypeError for anything but a string or a `Uint8Array`.
 *
 * @example
 * ```ts
 * base32Hash('1:[3]').length   // 52
 * ```
 */
export function base32Hash(input: Hashable): string {
  const digits = digestOf(input, 'hex', 'base32Hash').match(/../g)!
  return base32(digits.map((pair) => Number.parseInt(pair, 16)))
}
