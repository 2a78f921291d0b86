import { constants } from 'node:buffer'
import { hash, randomBytes } from 'node:crypto'
import type { Entry } from '@persist/store'
import { asBuffer, isWellFormed, type StoredString, storedString, storedTime } from './fields.ts'
import type { LeaseRecord } from './lease-record.ts'

/** How the bytes of a payload are to be read, where the document does not tell by itself. */
export type Encoding = 'utf8' | 'utf16le' | 'bytes'

/** The format's number. A document with another one is not read. */
export const FORMAT = 1

/** One entry, its lease, or both. */
export interface EntryDocument {
  readonly _id: string
  readonly v?: number
  /** Names this writing of the entry; absent: there is only a lease. */
  readonly gen?: string
  readonly payload?: string | Uint8Array
  readonly encoding?: Encoding
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
  readonly tags?: readonly StoredString[]
  readonly createdAt?: Date | number
  readonly expiresAt?: Date | number
  readonly staleUntil?: Date | number
  readonly durationMs?: number
  readonly promised?: boolean
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

/** V8 reads no more UTF-8 than this into a string, however few characters that is. */
const MOST_UTF8 = constants.MAX_STRING_LENGTH
const INLINE_LIMIT = 15.5 * 1024 * 1024
export const HEAD_TEXTS = ['key', 'keyDigest', 'metadata', 'version', 'source'] as const
/** The document of an entry. Reads the entry once and at once. */
export function toDocument(id: string, entry: Entry, keepExpiredMs: number): Written {
  const { payload, createdAt, expiresAt, staleUntil, durationMs, promised, tags } = entry
  const head: Record<string, unknown> = { _id: id, v: FORMAT, gen: newId() }
  let headBytes = 1024
  for (const name of HEAD_TEXTS) {
    const text = entry[name]
    if (text === undefined) continue
    head[name] = storedString(text)
    headBytes += 4 * text.length
  }
  if (tags !== undefined) {
    head.tags = tags.map(storedString)
    for (const tag of tags) headBytes += 4 * tag.length + 16
  }
  head.createdAt = storedTime(createdAt)
  if (expiresAt !== undefined) {
    head.expiresAt = storedTime(expiresAt)
    const servableUntil = Math.max(expiresAt, staleUntil ?? expiresAt)
    const dropAt = storedTime(Math.ceil(servableUntil + keepExpiredMs))
    if (dropAt instanceof Date) head.dropAt = dropAt
  }
  if (staleUntil !== undefined) head.staleUntil = storedTime(staleUntil)
  if (durationMs !== undefined) head.durationMs = durationMs
  if (promised !== undefined) head.promised = promised
  head.usedAt = new Date()

  const utf8Bytes = typeof payload === 'string' ? Buffer.byteLength(payload) : 0
  const wide = typeof payload === 'string' && (utf8Bytes > MOST_UTF8 || !isWellFormed(payload))
  const bytes = typeof payload === 'string' && !wide ? utf8Bytes : undefined
  const stored = wide ? Buffer.from(payload as string, 'utf16le') : payload
  const size = bytes ?? (stored as Uint8Array).byteLength
  head.bytes = size
  if (wide) head.encoding = 'utf16le'
  if (size + headBytes <= INLINE_LIMIT) {
    head.sum = sumOf(stored)
    head.payload = stored
    return { document: head as unknown as Written['document'] }
  }
  const apart = typeof stored === 'string' ? Buffer.from(stored) : asBuffer(stored)
  head.encoding ??= typeof payload === 'string' ? 'utf8' : 'bytes'
  head.sum = sumOf(apart)
  return { document: head as unknown as Written['document'], apart }
}

/** The payload of a document that holds it; `undefined` if it is not what was written. */
export function inlinePayload(document: EntryDocument): string | Uint8Array | undefined {
  const { payload, encoding } = document
  if (typeof payload === 'string') return sumOf(payload) === document.sum ? payload : undefined
  if (!(payload instanceof Uint8Array) || sumOf(payload) !== document.sum) return undefined
  return encoding === 'utf16le' ? asBuffer(payload).toString('utf16le') : ownBytes(payload)
}

/** The payload from the bytes that chunks held; `undefined` if they are not what was written. */
export function chunkedPayload(document: EntryDocument, bytes: Buffer): string | Uint8Array | undefined {
  if (bytes.length !== document.bytes || sumOf(bytes) !== document.sum) return undefined
  // As an older version may have written it.
  if (document.encoding === 'utf8' && bytes.length > MOST_UTF8) return undefined
  if (document.encoding === 'utf8' || document.encoding === 'utf16le') return bytes.toString(document.encoding)
  return document.encoding === 'bytes' ? bytes : undefined
}

/** A new name that nobody else has. */
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
