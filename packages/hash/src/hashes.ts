import { base32 } from './base32.ts'
import { digestOf } from './digest.ts'

/**
 * SHA-256 of a text in base64url without padding (RFC 4648): 43 characters of `A-Z a-z 0-9 - _`. The default hash. It
 * stays one of a kind where file names ignore case: about 223 of its 256 bits are left there.
 *
 * All three hashes are of the text in UTF-8; texts that differ in lone surrogates only have different hashes, too.
 *
 * @example
 * ```ts
 * sha256('1:[3]')   // '6TXGzPBivgeD5XmBN6UrDAUPHyaYT3b0zr3Bs3F1lEE'
 * ```
 */
export function sha256(text: string): string {
  return digestOf(text, 'base64url')
}

/**
 * SHA-256 of a text in hexadecimal: 64 characters of `0-9 a-f`, for systems that change the case of names.
 *
 * @example
 * ```ts
 * const double = persist((x: number) => 2 * x, { funcname: 'double', hash: (key) => hexHash(JSON.stringify(key)) })
 * hexHash('1:[3]').length   // 64
 * ```
 */
export function hexHash(text: string): string {
  return digestOf(text, 'hex')
}

/**
 * SHA-256 of a text in base32 without padding (RFC 4648), lower case: 52 characters of `a-z 2-7`, the shortest for
 * systems that change the case of names.
 *
 * @example
 * ```ts
 * base32Hash('1:[3]').length   // 52
 * ```
 */
export function base32Hash(text: string): string {
  return base32(Buffer.from(digestOf(text, 'hex'), 'hex'))
}
