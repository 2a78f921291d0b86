import { hash, randomBytes } from 'node:crypto'
import { type Entry, HEAD_FIELDS } from '@persist/store'
import { decodePayload, type PayloadEncoding, payloadEncoding } from '@persist/store/kit'
import { asBuffer, type StoredString, storedString, storedTime } from './fields.ts'
import type { LeaseRecord } from './lease-record.ts'

/** The format's number. A document with another one is not read. */
export const FORMAT = 1

/** One entry, its lease, or both. */
export interface EntryDocument {
  readonly _id: string
  readonly v?: number
  /** Names this writing of the entry; absent: there is only a lease. */
  readonly gen?: string
  readonly payload?: string | Uint8Array
  /** How the bytes of the payload are to be read, where the document does not show it by itself. */
  readonly encoding?: PayloadEncoding
  /** How many chunk documents hold the payload instead. */
  readonly chunks?: number
  /** Size and digest of the payload's bytes. */
  readonly bytes?: number
  readonly sum?: string
  readonly key?: StoredString
  readonly keyDigest?: StoredString
  readonly metadata?: StoredString
  readonly version?: StoredString
  readonly source?: StoredString
  readonly keyParts?: StoredString
  readonly tags?: readonly StoredString[]
  readonly inputs?: readonly StoredString[]
  readonly createdAt?: Date | number
  readonly expiresAt?: Date | number
  readonly staleUntil?: Date | number
  readonly durationMs?: number
  readonly promised?: boolean
  readonly codecs?: readonly StoredString[]
  /** By the server's own job: when the document may go. */
  readonly dropAt?: Date
  readonly usedAt?: Date
  readonly lease?: LeaseRecord
}

/** An entry that is ready to be written. */
export interface Written {
  readonly document: EntryDocument & { readonly gen: string }
  /** The payload's bytes, if they are to go into chunks. */
  readonly apart?: Buffer
}

const INLINE_LIMIT = 15.5 * 1024 * 1024
/** The size of a document without its head and payload, at most. */
const OTHER_BYTES = 1024
/** A string takes at most this many bytes in BSON, for each of its units, and another few. */
const BYTES_PER_UNIT = 4
const BYTES_PER_TAG = 16

const { hash: _hash, ...documentFields } = HEAD_FIELDS
/** The fields of a head that a document has; the hash is part of its id. */
export const HEAD_IN_DOCUMENT = Object.keys(documentFields) as readonly (keyof typeof documentFields)[]

/** The document of an entry. Reads the entry once and at once. */
export function toDocument(id: string, entry: Entry, keepExpiredMs: number): Written {
  const { payload } = entry
  const document: Record<string, unknown> = { _id: id, v: FORMAT, gen: newId() }
  let headBytes = OTHER_BYTES
  for (const field of HEAD_IN_DOCUMENT) {
    const value = entry[field]
    if (value === undefined) continue
    document[field] = storedValue(field, value)
    headBytes += sizeOf(value)
  }
  const dropAt = dropTime(document, keepExpiredMs)
  if (dropAt instanceof Date) document.dropAt = dropAt
  document.usedAt = new Date()

  const encoding = payloadEncoding(payload)
  const stored = encoding === 'utf16le' ? Buffer.from(payload as string, 'utf16le') : payload
  const size = typeof stored === 'string' ? Buffer.byteLength(stored) : stored.byteLength
  document.bytes = size
  if (encoding === 'utf16le') document.encoding = encoding
  if (size + headBytes <= INLINE_LIMIT) {
    document.sum = sumOf(stored)
    document.payload = stored
    return { document: document as unknown as Written['document'] }
  }
  const apart = typeof stored === 'string' ? Buffer.from(stored) : asBuffer(stored)
  document.encoding = encoding
  document.sum = sumOf(apart)
  return { document: document as unknown as Written['document'], apart }
}

function storedValue(field: (typeof HEAD_IN_DOCUMENT)[number], value: unknown): unknown {
  switch (HEAD_FIELDS[field]) {
    case 'string':
      return storedString(value as string)
    case 'strings':
      return (value as readonly string[]).map(storedString)
    case 'time':
      return storedTime(value as number)
    default:
      return value
  }
}

/** How many bytes a value of a head takes, at most. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return BYTES_PER_UNIT * value.length
  return Array.isArray(value) ? value.reduce((sum, tag) => sum + sizeOf(tag) + BYTES_PER_TAG, 0) : 0
}

/** When the server may delete the document: some time after the entry can no longer be served. */
function dropTime(document: Pick<EntryDocument, 'expiresAt' | 'staleUntil'>, keepExpiredMs: number): unknown {
  const { expiresAt, staleUntil = expiresAt } = document
  if (expiresAt === undefined) return undefined
  return storedTime(Math.ceil(Math.max(Number(expiresAt), Number(staleUntil)) + keepExpiredMs))
}

/** The payload of a document that holds it. `undefined`: it is not the payload that was written. */
export function inlinePayload(document: EntryDocument): string | Uint8Array | undefined {
  const { payload, encoding } = document
  if (typeof payload === 'string') return sumOf(payload) === document.sum ? payload : undefined
  if (!(payload instanceof Uint8Array) || sumOf(payload) !== document.sum) return undefined
  return encoding === 'utf16le' ? asBuffer(payload).toString('utf16le') : ownBytes(payload)
}

/** The payload from the bytes of its chunks. `undefined`: they are not the bytes that were written. */
export function chunkedPayload(document: EntryDocument, bytes: Buffer): string | Uint8Array | undefined {
  const { encoding } = document
  if (bytes.length !== document.bytes || sumOf(bytes) !== document.sum) return undefined
  if (encoding === 'bytes') return bytes
  return encoding === 'utf8' || encoding === 'utf16le' ? decodePayload(bytes, encoding) : undefined
}

/** A new name that no other process gives. */
export function newId(): string {
  return randomBytes(12).toString('base64url')
}

function sumOf(payload: string | Uint8Array): string {
  return hash('sha256', payload, 'base64url').slice(0, 22)
}

/** The driver gives a window on the whole reply; a small one is copied so as not to keep all of that alive. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return bytes.byteLength * 2 < bytes.buffer.byteLength ? plain.slice() : plain
}
