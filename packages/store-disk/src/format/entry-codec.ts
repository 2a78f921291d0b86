import type { Entry, ListedHead } from '@persist/store'
import { isWellFormed } from '@persist/store/kit'
import { headerJson, type PayloadKind, parseHeader, parsePlainHeader, type Writable } from './header.ts'
import type { Integrity, RunningSum } from './integrity.ts'

// One line of JSON, then the payload's bytes, as they are:
//
//   {"persist":1,"crc32":"5d0bb3c1-82079eb1","bytes":2,"payload":"ascii","namespace":"power",…}⏎16
//
// The first sum covers everything after itself, the second the rest of the line. docs/formats.md has the details.

/** Why bytes cannot be read as an entry. `signature`: they have the other kind of sums, so they cannot be checked. */
export type Unreadable = 'damaged' | 'signature'

const NEWLINE = 0x0a
/** From this size in bytes on, avoiding a copy saves more time than avoiding a call. */
const LARGE = 64 * 1024
const OTHER_INTEGRITY = /^\{"persist":1,"(?:crc32|hmac)":"/

/** An entry as it is written. */
export interface EncodedEntry {
  /** The first line, with its end. */
  readonly line: string
  /** The payload. A short string is written together with the line, so it stays one. */
  readonly content: string | Uint8Array
  /** The size of the whole file. */
  readonly size: number
}

/** The first line and the payload of an entry. Copies no large payload, and reads it once for the sum. */
export function encodeEntry(entry: Entry, namespace: string, integrity: Integrity): EncodedEntry {
  const { payload } = entry
  const kind = kindOf(payload)
  const content = typeof payload === 'string' ? stringContent(payload, kind) : payload
  const bytes = typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength
  const rest = `"${headerJson(entry, namespace, kind, bytes)}\n`
  const checked = `-${integrity.sum(rest)}${rest}`
  const line = integrity.opening + integrity.sum(checked, content) + checked
  return { line, content, size: Buffer.byteLength(line) + bytes }
}

/** The bytes to write, one after the other: one piece if the entry is small, two if a copy would cost more than a call. */
export function piecesOf({ line, content, size }: EncodedEntry): readonly Uint8Array[] {
  if (typeof content === 'string') return [Buffer.from(line + content)]
  const start = Buffer.from(line)
  return size < LARGE ? [Buffer.concat([start, content])] : [start, content]
}

/** A long string as bytes: else both its sum and its writing would encode it. */
function stringContent(payload: string, kind: PayloadKind): string | Uint8Array {
  if (kind === 'utf16') return Buffer.from(payload, 'utf16le')
  return payload.length < LARGE ? payload : Buffer.from(payload, kind === 'ascii' ? 'latin1' : 'utf8')
}

/** An entry, and whose it is. */
export interface Decoded {
  readonly namespace: string
  readonly entry: Entry
}

/**
 * Decodes the entry in the first `length` bytes, completely or not at all.
 *
 * @param isOwn The buffer belongs to this entry alone, so a binary payload may be a view of it. Default: `false`, the buffer
 * may be used again, so the payload is copied.
 * @param sum Of the bytes from {@link firstSumEnd} on. Default: it is computed here.
 */
export function decodeEntry(
  file: Buffer,
  length: number,
  integrity: Integrity,
  isOwn = false,
  sum?: RunningSum,
): Decoded | Unreadable {
  const start = file.indexOf(NEWLINE) + 1
  if (start === 0 || start > length) return 'damaged'
  const line = file.toString('latin1', 0, start)
  const { first, second } = sumEndsOf(integrity)
  const given = line.slice(integrity.opening.length, first)
  const damage = damageOf(line, integrity, () =>
    sum === undefined ? integrity.matches(file.subarray(first, length), given) : sum.matches(given),
  )
  if (damage !== undefined) return damage
  const header = parsePlainHeader(line, second) ?? parseHeader(file.toString('utf8', 0, start))
  if (header === undefined || start + header.bytes !== length) return 'damaged'
  const entry = header.head as Writable<Entry>
  entry.payload = payloadOf(file, start, length, header.payload, isOwn)
  return { namespace: header.namespace, entry }
}

/**
 * Decodes only the head from the file's first bytes, and does not check the payload. `undefined`: the header does not end
 * within these bytes.
 */
export function decodeHead(
  file: Buffer,
  length: number,
  fileSize: number,
  integrity: Integrity,
): { readonly namespace: string; readonly head: ListedHead } | Unreadable | undefined {
  const start = file.indexOf(NEWLINE) + 1
  if (start === 0 || start > length) return length < fileSize ? undefined : 'damaged'
  const line = file.toString('utf8', 0, start)
  const { first, second } = sumEndsOf(integrity)
  const damage = damageOf(line, integrity, () =>
    integrity.matches(file.subarray(second, start), line.slice(first + 1, second)),
  )
  if (damage !== undefined) return damage
  const header = parseHeader(line)
  if (header === undefined || start + header.bytes !== fileSize) return 'damaged'
  return { namespace: header.namespace, head: { ...header.head, bytes: header.bytes } }
}

function damageOf(line: string, integrity: Integrity, matches: () => boolean): Unreadable | undefined {
  if (!line.startsWith(integrity.opening)) return OTHER_INTEGRITY.test(line) ? 'signature' : 'damaged'
  return matches() ? undefined : 'damaged'
}

/** Where the first sum ends, and so the bytes begin that it covers. */
export function firstSumEnd(integrity: Integrity): number {
  return sumEndsOf(integrity).first
}

/** Where the first and the second sum end. */
function sumEndsOf({ opening, size }: Integrity): { first: number; second: number } {
  return { first: opening.length + size, second: opening.length + size + 1 + size }
}

const ENCODINGS = { ascii: 'latin1', utf8: 'utf8', utf16: 'utf16le' } as const

function kindOf(payload: string | Uint8Array): PayloadKind {
  if (typeof payload !== 'string') return 'bytes'
  if (Buffer.byteLength(payload) === payload.length) return 'ascii'
  return isWellFormed(payload) ? 'utf8' : 'utf16'
}

function payloadOf(file: Buffer, start: number, end: number, kind: PayloadKind, isOwn: boolean): string | Uint8Array {
  // Latin-1 decoding only copies ASCII bytes. UTF-8 decoding would check every byte again.
  if (kind !== 'bytes') return file.toString(ENCODINGS[kind], start, end)
  return isOwn
    ? new Uint8Array(file.buffer, file.byteOffset + start, end - start)
    : new Uint8Array(file.subarray(start, end))
}
