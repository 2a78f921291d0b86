import * as crypto from 'node:crypto'
import { types } from 'node:util'

/** How a digest is written. */
export type Encoding = 'base64url' | 'hex'

/** What has a hash. */
export type Hashable = string | Uint8Array

/** SHA-256 of UTF-8 text or of bytes. */
export type Digest = (input: Hashable, encoding: Encoding) => string

/** In one step, since Node 20.12 and 21.7: for short texts twice as fast. */
export const inOneStep: Digest | undefined =
  typeof crypto.hash === 'function' ? (input, encoding) => crypto.hash('sha256', input, encoding) : undefined

/** With an object between, everywhere. */
export const inTwoSteps: Digest = (input, encoding) => crypto.createHash('sha256').update(input).digest(encoding)

const digest = inOneStep ?? inTwoSteps

/** SHA-256 of bytes, or of a text, of which no two are taken for one: see {@link exactBytes}. `caller` names the hash. */
export function digestOf(input: Hashable, encoding: Encoding, caller: string): string {
  if (typeof input === 'string') return digest(isWellFormed(input) ? input : exactBytes(input), encoding)
  // Of any realm: a test runner's sandbox has a Uint8Array of its own.
  if (types.isUint8Array(input)) return digest(input, encoding)
  throw new TypeError(`${caller} takes a string or a Uint8Array, ${whatInstead(input)}`)
}

function whatInstead(input: unknown): string {
  if (types.isPromise(input)) return 'not a promise: await it first'
  if (ArrayBuffer.isView(input))
    return 'not another view of bytes: pass new Uint8Array(view.buffer, view.byteOffset, view.byteLength)'
  if (types.isAnyArrayBuffer(input)) return 'not a buffer: pass new Uint8Array(buffer)'
  const what = input === null ? 'null' : Array.isArray(input) ? 'an array' : typeof input
  return `not ${what}: pass the canonical(value) of @persist/key`
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
