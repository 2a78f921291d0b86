import * as crypto from 'node:crypto'

/** How a digest is written. */
export type Encoding = 'base64url' | 'hex'

/** SHA-256 of UTF-8 text or of bytes. */
export type Digest = (input: string | Uint8Array, encoding: Encoding) => string

/** In one step, since Node 20.12 and 21.7: for short texts twice as fast. */
export const inOneStep: Digest | undefined =
  typeof crypto.hash === 'function' ? (input, encoding) => crypto.hash('sha256', input, encoding) : undefined

/** With an object between, everywhere. */
export const inTwoSteps: Digest = (input, encoding) => crypto.createHash('sha256').update(input).digest(encoding)

const digest = inOneStep ?? inTwoSteps

/** SHA-256 of a text, of which no two are taken for one: see {@link exactBytes}. */
export function digestOf(text: string, encoding: Encoding): string {
  return digest(isWellFormed(text) ? text : exactBytes(text), encoding)
}

function isWellFormed(text: string): boolean {
  // ES2024, in Node 20.
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

const SURROGATES = /(\p{Surrogate})/u
const LONE = /^\p{Surrogate}$/u

/**
 * The text in UTF-8, and lone surrogates, which UTF-8 cannot write and Node replaces all by one character, as the three
 * bytes that they would have (WTF-8, https://simonsapin.github.io/wtf-8/). No valid UTF-8 holds these.
 */
export function exactBytes(text: string): Uint8Array {
  const parts = text.split(SURROGATES)
  return Buffer.concat(parts.map((part) => (LONE.test(part) ? threeBytes(part.charCodeAt(0)) : Buffer.from(part))))
}

function threeBytes(unit: number): Buffer {
  return Buffer.of(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
}
