import type { Head } from '@persist/store'

/**
 * How the payload's bytes are to be read: as bytes, or as text. `ascii` is the same as `utf8`, and faster; `utf16` is for
 * text with lone surrogates, which UTF-8 cannot hold.
 */
export type PayloadKind = 'ascii' | 'utf8' | 'utf16' | 'bytes'

const KINDS: ReadonlySet<unknown> = new Set(['ascii', 'utf8', 'utf16', 'bytes'] satisfies PayloadKind[])

/** What the header holds besides the sums. */
export interface Header extends Head {
  /** Of the payload. */
  readonly bytes: number
  readonly payload: PayloadKind
  readonly namespace: string
}

/** The last time that a `Date` can hold. */
const LAST_TIME = 8.64e15

const TEXTS = ['version', 'source', 'keyDigest', 'key', 'tags', 'metadata'] as const

/** As it is while it is being made. */
export type Writable<T> = { -readonly [Field in keyof T]: T[Field] }

/** The header's JSON, but for the sums and what comes before them: from a comma on. */
export function headerJson(head: Head, namespace: string, payload: PayloadKind, bytes: number): string {
  // One string after the other takes a third of the time of JSON.stringify for the whole.
  const { createdAt, expiresAt, staleUntil, durationMs, promised } = head
  let json = `,"bytes":${bytes},"payload":"${payload}","namespace":${JSON.stringify(namespace)}`
  json += `,"hash":${JSON.stringify(head.hash)},"createdAt":${Number.isFinite(createdAt) ? createdAt : 0}`
  // A time that is no number would be `null`; one that is never is simply absent.
  if (Number.isFinite(expiresAt)) json += `,"expiresAt":${expiresAt}`
  // Absent it would mean `expiresAt`: so what may be served stale forever has the last time that there is.
  const lastServed = staleUntil === Number.POSITIVE_INFINITY ? LAST_TIME : staleUntil
  if (Number.isFinite(lastServed)) json += `,"staleUntil":${lastServed}`
  if (Number.isFinite(durationMs)) json += `,"durationMs":${durationMs}`
  if (promised !== undefined) json += `,"promised":${promised === true}`
  for (const field of TEXTS) {
    const value = head[field]
    if (value !== undefined) json += `,"${field}":${JSON.stringify(value)}`
  }
  return `${json}}`
}

/** The header in a line. `undefined`: there is none, whatever the sums say: a file may have been written by hand. */
export function parseHeader(line: string): Header | undefined {
  try {
    const header = JSON.parse(line) as Header
    return isHeader(header) ? header : undefined
  } catch {
    return undefined
  }
}

// Most headers, as headerJson writes them; it takes half the time of JSON.parse, on the way of every hit. All ASCII.
const PLAIN =
  /","bytes":(\d{1,15}),"payload":"(ascii|utf8|bytes)","namespace":"([ !#-[\]-~]*)","hash":"([ !#-[\]-~]*)","createdAt":(\d{1,15})(?:,"durationMs":(\d{1,15}(?:\.\d{1,20})?))?(,"promised":true)?(?:,"source":"([A-Za-z0-9_-]{1,64})")?\}\n/y

/** As {@link parseHeader}, from where the sums end, for a header that holds no more than most do. */
export function parsePlainHeader(line: string, at: number): Header | undefined {
  PLAIN.lastIndex = at
  const match = PLAIN.exec(line)
  if (match === null) return undefined
  const header: Writable<Header> = {
    bytes: Number(match[1]),
    payload: match[2] as PayloadKind,
    namespace: match[3]!,
    hash: match[4]!,
    createdAt: Number(match[5]),
  }
  if (match[6] !== undefined) header.durationMs = Number(match[6])
  if (match[7] !== undefined) header.promised = true
  if (match[8] !== undefined) header.source = match[8]
  return header
}

/** The head in a header, and nothing else, with room for one more field. */
export function headOf(header: Header): Writable<Head> {
  const head: Writable<Head> = { hash: header.hash, createdAt: header.createdAt }
  if (header.expiresAt !== undefined) head.expiresAt = header.expiresAt
  if (header.staleUntil !== undefined) head.staleUntil = header.staleUntil
  if (header.durationMs !== undefined) head.durationMs = header.durationMs
  if (header.promised !== undefined) head.promised = header.promised
  if (header.version !== undefined) head.version = header.version
  if (header.source !== undefined) head.source = header.source
  if (header.keyDigest !== undefined) head.keyDigest = header.keyDigest
  if (header.key !== undefined) head.key = header.key
  if (header.tags !== undefined) head.tags = header.tags
  if (header.metadata !== undefined) head.metadata = header.metadata
  return head
}

function isHeader(header: Header): boolean {
  return (
    Number.isSafeInteger(header.bytes) &&
    KINDS.has(header.payload) &&
    typeof header.namespace === 'string' &&
    typeof header.hash === 'string' &&
    Number.isFinite(header.createdAt) &&
    isOptionalNumber(header.expiresAt) &&
    isOptionalNumber(header.staleUntil) &&
    isOptionalNumber(header.durationMs) &&
    isOptional('boolean', header.promised) &&
    isOptional('string', header.version) &&
    isOptional('string', header.source) &&
    isOptional('string', header.keyDigest) &&
    isOptional('string', header.key) &&
    isOptional('string', header.metadata) &&
    (header.tags === undefined || (Array.isArray(header.tags) && header.tags.every((tag) => typeof tag === 'string')))
  )
}

function isOptional(type: string, value: unknown): boolean {
  return value === undefined || typeof value === type
}

/** `JSON.parse` makes infinity of `1e999`. */
function isOptionalNumber(value: unknown): boolean {
  return value === undefined || Number.isFinite(value)
}
