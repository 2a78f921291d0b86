import { isWellFormed } from '@persist/store/kit'

/** A string that UTF-8 cannot carry (with half a surrogate pair) is kept as its UTF-16 bytes. */
export type StoredString = string | Uint8Array

// Beyond the year 9999 some drivers cannot read a date.
export const LAST_DATE = 253_402_300_799_999

/** A string as it stands in a document, also for a filter. */
export function storedString(string: string): StoredString {
  if (typeof string !== 'string') throw new TypeError(`a field of an entry must be a string, not ${typeof string}`)
  return isWellFormed(string) ? string : Buffer.from(string, 'utf16le')
}

/** A date where that loses nothing, so that people can read it and the server compare it. */
export function storedTime(ms: number): Date | number {
  return Number.isInteger(ms) && ms >= 0 && ms <= LAST_DATE ? new Date(ms) : ms
}

/** A filter for times at or before `ms`, whichever way they are stored: a server compares dates with dates only. */
export function isPast(field: string, ms: number): object {
  const date = new Date(Math.min(Math.max(Math.floor(ms), 0), LAST_DATE))
  return { $or: [{ [field]: { $lte: date } }, { [field]: { $lte: ms } }] }
}

export function readString(stored: unknown): string | undefined {
  if (typeof stored === 'string') return stored
  return stored instanceof Uint8Array ? asBuffer(stored).toString('utf16le') : undefined
}

/** `undefined`: this is no time, but a date out of range, not a number, or another type. */
export function readTime(stored: unknown): number | undefined {
  const time = stored instanceof Date ? stored.getTime() : stored
  return typeof time === 'number' && !Number.isNaN(time) ? time : undefined
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
