import { isWellFormed } from '@persist/store/kit'

/** A string that UTF-8 cannot hold (with half a surrogate pair) is stored as its UTF-16 bytes. */
export type StoredString = string | Uint8Array

// Some drivers cannot read a date after the year 9999.
export const LAST_DATE = 253_402_300_799_999

/** The form of a string in a document or a filter. */
export function storedString(string: string): StoredString {
  if (typeof string !== 'string') throw new TypeError(`a field of an entry must be a string, not ${typeof string}`)
  return isWellFormed(string) ? string : Buffer.from(string, 'utf16le')
}

/** A date if that loses nothing, so that people can read it and the server can compare it. Otherwise the number. */
export function storedTime(ms: number): Date | number {
  return Number.isInteger(ms) && ms >= 0 && ms <= LAST_DATE ? new Date(ms) : ms
}

/** A filter for times at or before `ms`, stored as dates or as numbers: a server compares dates only with dates. */
export function isPast(field: string, ms: number): object {
  const date = new Date(Math.min(Math.max(Math.floor(ms), 0), LAST_DATE))
  return { $or: [{ [field]: { $lte: date } }, { [field]: { $lte: ms } }] }
}

export function readString(stored: unknown): string | undefined {
  if (typeof stored === 'string') return stored
  return stored instanceof Uint8Array ? asBuffer(stored).toString('utf16le') : undefined
}

/** `undefined`: the value is not a time. It is an invalid date, NaN or a value of another type. */
export function readTime(stored: unknown): number | undefined {
  const time = stored instanceof Date ? stored.getTime() : stored
  return typeof time === 'number' && !Number.isNaN(time) ? time : undefined
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
