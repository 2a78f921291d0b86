/** Text that UTF-8 cannot carry (half a surrogate pair) is kept as its UTF-16 bytes. */
export type StoredString = string | Uint8Array

// Beyond the year 9999 some drivers cannot read a date.
export const LAST_DATE = 253_402_300_799_999

/** A text as it stands in a document, also to look for it. */
export function storedString(text: string): StoredString {
  if (typeof text !== 'string') throw new TypeError(`text must be a string, not ${typeof text}`)
  return isWellFormed(text) ? text : Buffer.from(text, 'utf16le')
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

/** `undefined` for what is no time: a date out of range, not a number, another type. */
export function readTime(stored: unknown): number | undefined {
  const time = stored instanceof Date ? stored.getTime() : stored
  return typeof time === 'number' && !Number.isNaN(time) ? time : undefined
}

export function isWellFormed(text: string): boolean {
  // Node 20 has it; the types of ES2023 do not know yet.
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
