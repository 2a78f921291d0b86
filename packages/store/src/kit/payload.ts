import { MAX_STRING_LENGTH, utf8Length, utf8String, utf16String } from '@persist/platform'
import type { Entry } from '../contract.ts'

/** How the bytes of a payload are to be read: as they are, or as a string in this encoding. */
export type PayloadEncoding = 'bytes' | 'utf8' | 'utf16le'

/** V8 reads no more UTF-8 than this into a string, however few characters that is. */
const MAX_UTF8_BYTES = MAX_STRING_LENGTH
/** A character takes at most this many bytes in UTF-8, for each of its units in UTF-16. */
const MAX_BYTES_PER_UNIT = 3

/**
 * The encoding in which a payload survives. UTF-8 has no half of a surrogate pair and would replace it, and V8 cannot read
 * very much UTF-8 into one string; UTF-16 has neither limit.
 *
 * @example
 * ```ts
 * payloadEncoding('6')                    // 'utf8'
 * payloadEncoding('half \ud83d')          // 'utf16le'
 * payloadEncoding(new Uint8Array([1]))    // 'bytes'
 * ```
 */
export function payloadEncoding(payload: Entry['payload']): PayloadEncoding {
  if (typeof payload !== 'string') return 'bytes'
  const isTooLong = payload.length > MAX_UTF8_BYTES / MAX_BYTES_PER_UNIT && utf8Length(payload) > MAX_UTF8_BYTES
  return isTooLong || !isWellFormed(payload) ? 'utf16le' : 'utf8'
}

/**
 * The payload in the bytes from `start` to `end`. `undefined`: they cannot be a payload in this encoding. Bytes are copied, so
 * that the buffer may be used again.
 *
 * @example
 * ```ts
 * decodePayload(Buffer.from('6'), 'utf8')   // '6'
 * ```
 */
export function decodePayload(
  bytes: Uint8Array,
  encoding: PayloadEncoding,
  start = 0,
  end = bytes.length,
): Entry['payload'] | undefined {
  if (encoding === 'bytes') return new Uint8Array(bytes.subarray(start, end))
  const isPossible = encoding === 'utf8' ? end - start <= MAX_UTF8_BYTES : (end - start) % 2 === 0
  if (!isPossible) return undefined
  const part = bytes.subarray(start, end)
  return encoding === 'utf8' ? utf8String(part) : utf16String(part)
}

/**
 * Whether a string has no half of a surrogate pair, which UTF-8 cannot carry.
 *
 * @example
 * ```ts
 * isWellFormed('half \ud83d')   // false
 * ```
 */
export function isWellFormed(string: string): boolean {
  // Every supported Node has the method; the types of ES2023 do not.
  return (string as string & { isWellFormed(): boolean }).isWellFormed()
}
