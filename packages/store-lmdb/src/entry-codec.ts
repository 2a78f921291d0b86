import { constants } from 'node:buffer'
import { crc32 } from 'node:zlib'
import type { Entry, Head, ListedHead } from '@persist/store'
import { areFields } from './fields.ts'
import { isWellFormed } from './keys.ts'

/**
 * An entry as LMDB keeps it under its key. Numbers are little-endian.
 *
 * | bytes | what |
 * |---|---|
 * | 0-3 | CRC-32 of the key, then of all that follows |
 * | 4 | 1: this format |
 * | 5 | bits: 1 the payload is bytes, 2 `expiresAt`, 4 `durationMs`, 8 `promised` is there, 16 `promised`, 32 the payload is UTF-16 |
 * | 6-13, 14-21, 22-29 | `createdAt`, `expiresAt`, `durationMs` as doubles |
 * | 30-33 | length of the fields that follow |
 * | 34- | the other fields as JSON (`fields.ts`), or nothing; then the payload, whose text is UTF-8, or UTF-16: with half a surrogate pair, or where UTF-8 has more bytes than a string may have |
 */
const FORMAT = 1
const CHECKED = 4
const FLAGS = 5
const CREATED_AT = 6
const EXPIRES_AT = 14
const DURATION_MS = 22
const FIELDS_LENGTH = 30
const FIELDS = 34

const IS_BYTES = 1
const HAS_EXPIRES_AT = 2
const HAS_DURATION_MS = 4
const HAS_PROMISED = 8
const PROMISED = 16
const IS_UTF16 = 32

/** LMDB writes a record by one call of the system, which takes 2 GiB less a page on Linux. */
const MOST_BYTES = 2040 * 1024 * 1024
/** V8 reads no more UTF-8 than this into a string, however few characters that is. */
const MOST_UTF8 = constants.MAX_STRING_LENGTH

/** An entry that LMDB cannot hold. */
export class EntryTooLarge extends Error {
  constructor(bytes: number) {
    super(`an entry of ${bytes} bytes is too large for LMDB: at most ${MOST_BYTES}`)
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Writes an entry as the record for its key.
 *
 * @throws TooLarge
 */
export function encode(entry: Entry, key: Buffer): Buffer {
  const { hash: _, payload, createdAt, expiresAt, durationMs, promised, ...others } = entry
  const encoding = encodingOf(payload)
  const fields = hasAny(others) ? JSON.stringify(others, forever) : ''
  const fieldsLength = Buffer.byteLength(fields)
  const start = FIELDS + fieldsLength
  const length = start + Buffer.byteLength(payload, encoding)
  if (length > MOST_BYTES) throw new EntryTooLarge(length)
  const record = Buffer.allocUnsafe(length)
  record[CHECKED] = FORMAT
  record[FLAGS] =
    (typeof payload === 'string' ? 0 : IS_BYTES) |
    (encoding === 'utf16le' ? IS_UTF16 : 0) |
    (expiresAt === undefined ? 0 : HAS_EXPIRES_AT) |
    (durationMs === undefined ? 0 : HAS_DURATION_MS) |
    (promised === undefined ? 0 : HAS_PROMISED) |
    (promised ? PROMISED : 0)
  record.writeDoubleLE(createdAt, CREATED_AT)
  record.writeDoubleLE(expiresAt ?? 0, EXPIRES_AT)
  record.writeDoubleLE(durationMs ?? 0, DURATION_MS)
  record.writeUInt32LE(fieldsLength, FIELDS_LENGTH)
  record.write(fields, FIELDS)
  if (typeof payload === 'string') record.write(payload, start, encoding)
  else record.set(payload, start)
  record.writeUInt32LE(checkOf(record, record.length, key))
  return record
}

/**
 * Reads the entry from its record; `undefined` for a damaged one.
 *
 * @param record may be longer than the record and change afterwards: nothing of it is kept.
 */
export function decode(record: Buffer, length: number, key: Buffer, hash: string): Entry | undefined {
  const start = payloadStart(record, length, key)
  if (start === undefined) return undefined
  const payload = payloadOf(record, start, length)
  if (payload === undefined) return undefined
  const entry = { hash, payload, createdAt: record.readDoubleLE(CREATED_AT) }
  return addOptional(entry, record, start) ? entry : undefined
}

/** Reads the head from a record, as {@link decode} reads it all. */
export function decodeHead(record: Buffer, length: number, key: Buffer, hash: string): ListedHead | undefined {
  const start = payloadStart(record, length, key)
  if (start === undefined) return undefined
  const head = { hash, bytes: length - start, createdAt: record.readDoubleLE(CREATED_AT) }
  return addOptional(head, record, start) ? head : undefined
}

/** Where the payload starts, in a record that is whole and belongs to the key. */
function payloadStart(record: Buffer, length: number, key: Buffer): number | undefined {
  if (length < FIELDS || record[CHECKED] !== FORMAT) return undefined
  const start = FIELDS + record.readUInt32LE(FIELDS_LENGTH)
  return start <= length && checkOf(record, length, key) === record.readUInt32LE() ? start : undefined
}

/** `undefined` for text that is too long for a string, as an older version may have written it. */
function payloadOf(record: Buffer, start: number, length: number): Entry['payload'] | undefined {
  const flags = record[FLAGS]!
  if (flags & IS_BYTES) return new Uint8Array(Uint8Array.prototype.slice.call(record, start, length))
  if (flags & IS_UTF16) return record.toString('utf16le', start, length)
  return length - start > MOST_UTF8 ? undefined : record.toString('utf8', start, length)
}

/** One by one, since a hit is in a hurry: spreading objects takes longer than all the rest of the reading. */
function addOptional(head: Writable<Partial<Head>>, record: Buffer, start: number): boolean {
  const flags = record[FLAGS]!
  if (flags & HAS_EXPIRES_AT) head.expiresAt = record.readDoubleLE(EXPIRES_AT)
  if (flags & HAS_DURATION_MS) head.durationMs = record.readDoubleLE(DURATION_MS)
  if (flags & HAS_PROMISED) head.promised = (flags & PROMISED) !== 0
  // A fitting checksum does not prove that a number is one: NaN is neither before nor after any time.
  if (Number.isNaN(head.createdAt) || Number.isNaN(head.expiresAt)) return false
  return start === FIELDS || addFields(head, record.toString('utf8', FIELDS, start))
}

function addFields(head: Writable<Partial<Head>>, text: string): boolean {
  let fields: unknown
  try {
    fields = JSON.parse(text)
  } catch {
    return false
  }
  if (!areFields(fields)) return false
  Object.assign(head, fields)
  return true
}

function checkOf(record: Buffer, length: number, key: Buffer): number {
  return crc32(record.subarray(CHECKED, length), crc32(key))
}

/** UTF-8 has no half a surrogate pair, and would make another text of it; and too much of it could not be read. */
function encodingOf(payload: Entry['payload']): 'utf8' | 'utf16le' {
  if (typeof payload !== 'string') return 'utf8'
  const isTooLong = payload.length > MOST_UTF8 / 3 && Buffer.byteLength(payload) > MOST_UTF8
  return isTooLong || !isWellFormed(payload) ? 'utf16le' : 'utf8'
}

/** JSON has no infinite number; the largest one is as far away. */
function forever(_: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? Number.MAX_VALUE : value
}

function hasAny(fields: object): boolean {
  for (const _ in fields) return true
  return false
}
