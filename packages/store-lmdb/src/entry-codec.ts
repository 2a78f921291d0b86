import { crc32 } from 'node:zlib'
import { type Entry, HEAD_FIELDS, type Head, type ListedHead } from '@persist/store'
import { decodePayload, fitsHeadField, payloadEncoding } from '@persist/store/kit'

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
 * | 34- | the other fields as JSON, or nothing; then the payload; a string is UTF-8, or UTF-16: with half a surrogate pair, or where UTF-8 has more bytes than a string may have |
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

/** LMDB writes a record with one call of the system, which takes 2 GiB less a page on Linux. */
const MAX_BYTES = 2040 * 1024 * 1024

/** The fields of a head that a record has in its JSON. */
type JsonFields = Omit<Head, 'hash' | 'createdAt' | 'expiresAt' | 'durationMs' | 'promised'>

const { hash, createdAt, expiresAt, durationMs, promised, ...jsonFields } = HEAD_FIELDS

/** An entry that LMDB cannot hold. */
export class EntryTooLarge extends Error {
  readonly maxBytes = MAX_BYTES
  readonly bytes: number

  constructor(bytes: number) {
    super(`an entry of ${bytes} bytes is too large for LMDB: at most ${MAX_BYTES}`)
    this.bytes = bytes
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Writes an entry as the record for its key.
 *
 * @throws EntryTooLarge
 */
export function encode(entry: Entry, key: Buffer): Buffer {
  const { hash: _, payload, createdAt, expiresAt, durationMs, promised, ...others } = entry
  const encoding = payloadEncoding(payload) === 'utf16le' ? 'utf16le' : 'utf8'
  const fields = hasAny(others) ? JSON.stringify(others, forever) : ''
  const fieldsLength = Buffer.byteLength(fields)
  const start = FIELDS + fieldsLength
  const length = start + Buffer.byteLength(payload, encoding)
  if (length > MAX_BYTES) throw new EntryTooLarge(length)
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

/** `undefined`: this cannot be a payload, though the checksum is right. */
function payloadOf(record: Buffer, start: number, length: number): Entry['payload'] | undefined {
  const flags = record[FLAGS]!
  const encoding = flags & IS_BYTES ? 'bytes' : flags & IS_UTF16 ? 'utf16le' : 'utf8'
  return decodePayload(record, encoding, start, length)
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
  if (!areJsonFields(fields)) return false
  Object.assign(head, fields)
  return true
}

function checkOf(record: Buffer, length: number, key: Buffer): number {
  return crc32(record.subarray(CHECKED, length), crc32(key))
}

/**
 * Whether the JSON of a record has only fields of a head, each of its type. A field of another name could replace the hash
 * or the payload, or say something that this version would have to obey.
 */
function areJsonFields(parsed: unknown): parsed is JsonFields {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return false
  for (const name of Object.keys(parsed)) {
    const isField = Object.hasOwn(jsonFields, name)
    if (!isField || !fitsHeadField(name as keyof JsonFields, parsed[name as keyof typeof parsed])) return false
  }
  return true
}

/** JSON has no infinite number; the largest one is as far away. */
function forever(_: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? Number.MAX_VALUE : value
}

function hasAny(fields: object): boolean {
  for (const name in fields) if (Object.hasOwn(fields, name)) return true
  return false
}
