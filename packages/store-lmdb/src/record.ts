import { crc32 } from 'node:zlib'
import type { Entry, ListedHead } from '@persist/store'

/**
 * An entry as LMDB keeps it under its key. Numbers are little-endian.
 *
 * | bytes | what |
 * |---|---|
 * | 0 | 1: this format |
 * | 1 | bits: 1 the payload is bytes, 2 `expiresAt`, 4 `durationMs`, 8 `promised` is there, 16 `promised`, 32 the payload is UTF-16 |
 * | 2-5 | CRC-32 of the key, then of this record without these four bytes |
 * | 6-13, 14-21, 22-29 | `createdAt`, `expiresAt`, `durationMs` as doubles |
 * | 30-33 | length of the fields that follow |
 * | 34- | the other fields as JSON, or nothing; then the payload, whose text is UTF-8, or UTF-16 with half a surrogate pair |
 */
const FORMAT = 1
const CHECK = 2
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

/** Writes an entry as the record for its key. */
export function encode(entry: Entry, key: Buffer): Buffer {
  const { hash: _, payload, createdAt, expiresAt, durationMs, promised, ...others } = entry
  const encoding = encodingOf(payload)
  const fields = hasAny(others) ? JSON.stringify(others) : ''
  const fieldsLength = Buffer.byteLength(fields)
  const start = FIELDS + fieldsLength
  const record = Buffer.allocUnsafe(start + Buffer.byteLength(payload, encoding))
  record[0] = FORMAT
  record[1] =
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
  record.writeUInt32LE(checkOf(record, record.length, key), CHECK)
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
  const payload =
    record[1]! & IS_BYTES
      ? new Uint8Array(Uint8Array.prototype.slice.call(record, start, length))
      : record.toString(record[1]! & IS_UTF16 ? 'utf16le' : 'utf8', start, length)
  return { ...headOf(record, start, hash), payload }
}

/** Reads the head from a record, as {@link decode} reads it all. */
export function decodeHead(record: Buffer, length: number, key: Buffer, hash: string): ListedHead | undefined {
  const start = payloadStart(record, length, key)
  return start === undefined ? undefined : { ...headOf(record, start, hash), bytes: length - start }
}

/** Where the payload starts, in a record that is whole and belongs to the key. */
function payloadStart(record: Buffer, length: number, key: Buffer): number | undefined {
  if (length < FIELDS || record[0] !== FORMAT) return undefined
  const start = FIELDS + record.readUInt32LE(FIELDS_LENGTH)
  return start <= length && checkOf(record, length, key) === record.readUInt32LE(CHECK) ? start : undefined
}

function headOf(record: Buffer, start: number, hash: string) {
  const flags = record[1]!
  return {
    hash,
    createdAt: record.readDoubleLE(CREATED_AT),
    ...(flags & HAS_EXPIRES_AT && { expiresAt: record.readDoubleLE(EXPIRES_AT) }),
    ...(flags & HAS_DURATION_MS && { durationMs: record.readDoubleLE(DURATION_MS) }),
    ...(flags & HAS_PROMISED && { promised: (flags & PROMISED) !== 0 }),
    ...(start > FIELDS && JSON.parse(record.toString('utf8', FIELDS, start))),
  }
}

function checkOf(record: Buffer, length: number, key: Buffer): number {
  return crc32(record.subarray(CREATED_AT, length), crc32(record.subarray(0, CHECK), crc32(key)))
}

/** UTF-8 has no half a surrogate pair, and would make another text of it. */
function encodingOf(payload: Entry['payload']): 'utf8' | 'utf16le' {
  // Newer than the library that the types are of.
  const text = payload as string & { isWellFormed(): boolean }
  return typeof text === 'string' && !text.isWellFormed() ? 'utf16le' : 'utf8'
}

function hasAny(fields: object): boolean {
  for (const _ in fields) return true
  return false
}
