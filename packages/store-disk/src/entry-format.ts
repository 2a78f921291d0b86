import type { Entry, Head, ListedHead } from '@persist/store'
import type { Seal } from './seal.ts'

// One line of JSON, then the payload's bytes, as they are:
//
//   {"persist":1,"crc32":"5d0bb3c1","bytes":2,"payload":"text","namespace":"power","hash":"2_to_the_power_of_4",…}⏎16
//
// The checksum covers every byte behind it. docs/formats.md says the rest.

/** How the payload's bytes are to be read. `utf16` is for text with lone surrogates, which UTF-8 cannot hold. */
type PayloadKind = 'text' | 'utf16' | 'bytes'

/** What the header holds besides the checksum. */
interface Header extends Head {
  readonly bytes: number
  readonly payload: PayloadKind
  readonly namespace: string
}

/** Why no entry can be read from some bytes. `seal`: it is sealed in another way. */
export type Unreadable = 'damaged' | 'seal'

/** An entry as it was read, with the names that its writer gave. */
export interface Decoded {
  readonly namespace: string
  readonly entry: Entry
}

const NEWLINE = 0x0a
const LONE_SURROGATE = /\p{Surrogate}/u
const OPENING = '{"persist":1,"'

/** The file's bytes for an entry. */
export function encodeEntry(entry: Entry, namespace: string, seal: Seal): Buffer {
  const { payload } = entry
  const kind = payloadKind(payload)
  const bytes =
    typeof payload !== 'string' ? payload.byteLength : kind === 'text' ? Buffer.byteLength(payload) : payload.length * 2
  const opening = openingOf(seal)
  const line = `${opening}${' '.repeat(seal.size)}",${headerJson(entry, namespace, kind, bytes).slice(1)}\n`
  const headBytes = Buffer.byteLength(line)
  const file = Buffer.allocUnsafe(headBytes + bytes)
  file.write(line, 0, 'utf8')
  if (typeof payload === 'string') file.write(payload, headBytes, kind === 'text' ? 'utf8' : 'utf16le')
  else file.set(payload, headBytes)
  file.write(seal.sign(file.subarray(opening.length + seal.size)), opening.length, 'latin1')
  return file
}

/** The entry in the first `length` bytes; never throws. The bytes are copied: the buffer may be used again. */
export function decodeEntry(file: Buffer, length: number, seal: Seal): Decoded | Unreadable {
  const end = sealedHeaderEnd(file, length, seal)
  if (typeof end === 'string') return end
  const header = parseHeader(file, end)
  if (header === undefined || end + 1 + header.bytes !== length) return 'damaged'
  return {
    namespace: header.namespace,
    entry: { ...headOf(header), payload: payloadOf(file, end + 1, length, header.payload) },
  }
}

/** The head alone, from the whole file. */
export function decodeHead(
  file: Buffer,
  length: number,
  seal: Seal,
): { namespace: string; head: ListedHead } | Unreadable {
  const end = sealedHeaderEnd(file, length, seal)
  if (typeof end === 'string') return end
  const header = parseHeader(file, end)
  if (header === undefined || end + 1 + header.bytes !== length) return 'damaged'
  return { namespace: header.namespace, head: { ...headOf(header), bytes: header.bytes } }
}

function sealedHeaderEnd(file: Buffer, length: number, seal: Seal): number | Unreadable {
  const opening = openingOf(seal)
  const start = opening.length + seal.size
  if (length <= start) return 'damaged'
  if (file.toString('latin1', 0, opening.length) !== opening) {
    return /^\{"persist":1,"(crc32|hmac)":"/.test(file.toString('latin1', 0, 24)) ? 'seal' : 'damaged'
  }
  if (seal.sign(file.subarray(start, length)) !== file.toString('latin1', opening.length, start)) return 'damaged'
  const end = file.indexOf(NEWLINE, start)
  return end === -1 || end >= length ? 'damaged' : end
}

function openingOf(seal: Seal): string {
  return `${OPENING}${seal.name}":"`
}

function headerJson(entry: Entry, namespace: string, payload: PayloadKind, bytes: number): string {
  const { hash, key, keyDigest, metadata, version, source, tags, createdAt, expiresAt, durationMs, promised } = entry
  const finite = (value: number | undefined) => (Number.isFinite(value) ? value : undefined)
  return JSON.stringify({
    bytes,
    payload,
    namespace,
    hash,
    createdAt,
    expiresAt: finite(expiresAt),
    durationMs: finite(durationMs),
    promised,
    version,
    source,
    keyDigest,
    key,
    tags,
    metadata,
  })
}

function parseHeader(file: Buffer, end: number): Header | undefined {
  try {
    const header = JSON.parse(file.toString('utf8', 0, end)) as Header
    return isHeader(header) ? header : undefined
  } catch {
    return undefined
  }
}

// The checksum tells damage; a header that somebody wrote by hand may still hold anything.
function isHeader(header: Header): boolean {
  return (
    Number.isSafeInteger(header.bytes) &&
    (header.payload === 'text' || header.payload === 'bytes' || header.payload === 'utf16') &&
    typeof header.namespace === 'string' &&
    typeof header.hash === 'string' &&
    typeof header.createdAt === 'number' &&
    is('number', header.expiresAt) &&
    is('number', header.durationMs) &&
    is('boolean', header.promised) &&
    is('string', header.version) &&
    is('string', header.source) &&
    is('string', header.keyDigest) &&
    is('string', header.key) &&
    is('string', header.metadata) &&
    (header.tags === undefined || (Array.isArray(header.tags) && header.tags.every((tag) => typeof tag === 'string')))
  )
}

function is(type: string, value: unknown): boolean {
  return value === undefined || typeof value === type
}

function headOf(header: Header): Head {
  const { hash, key, keyDigest, metadata, version, source, tags, createdAt, expiresAt, durationMs, promised } = header
  return {
    hash,
    createdAt,
    ...(key !== undefined && { key }),
    ...(keyDigest !== undefined && { keyDigest }),
    ...(metadata !== undefined && { metadata }),
    ...(version !== undefined && { version }),
    ...(source !== undefined && { source }),
    ...(tags !== undefined && { tags }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(durationMs !== undefined && { durationMs }),
    ...(promised !== undefined && { promised }),
  }
}

function payloadKind(payload: string | Uint8Array): PayloadKind {
  if (typeof payload !== 'string') return 'bytes'
  return LONE_SURROGATE.test(payload) ? 'utf16' : 'text'
}

function payloadOf(file: Buffer, start: number, end: number, kind: PayloadKind): string | Uint8Array {
  if (kind === 'text') return file.toString('utf8', start, end)
  if (kind === 'utf16') return file.toString('utf16le', start, end)
  return new Uint8Array(file.subarray(start, end))
}
