import { HEAD_FIELDS, type Head } from '@persist/store'
import { readHead } from '@persist/store/kit'

/**
 * How to decode the payload's bytes: as bytes or as a string. `ascii` gives the same string as `utf8`, but faster. `utf16`
 * is for strings with lone surrogates, which UTF-8 cannot hold.
 */
export type PayloadKind = 'ascii' | 'utf8' | 'utf16' | 'bytes'

const KINDS: ReadonlySet<unknown> = new Set(['ascii', 'utf8', 'utf16', 'bytes'] satisfies PayloadKind[])

/** The content of a header, without the sums. */
export interface Header {
  /** The size of the payload. */
  readonly bytes: number
  readonly payload: PayloadKind
  readonly namespace: string
  readonly head: Head
}

/** The last time that a `Date` can hold. */
const LAST_TIME = 8.64e15

const { hash: _hash, createdAt: _createdAt, ...others } = HEAD_FIELDS
const OPTIONAL_FIELDS = Object.keys(others) as readonly (keyof typeof others)[]

/** The same type with writable fields, for an object under construction. */
export type Writable<T> = { -readonly [Field in keyof T]: T[Field] }

/** The part of the header's JSON after the sums. It begins with a comma. */
export function headerJson(head: Head, namespace: string, payload: PayloadKind, bytes: number): string {
  // Appending strings takes a third of the time of JSON.stringify for the whole header.
  let json = `,"bytes":${bytes},"payload":"${payload}","namespace":${JSON.stringify(namespace)}`
  json += `,"hash":${JSON.stringify(head.hash)},"createdAt":${Number.isFinite(head.createdAt) ? head.createdAt : 0}`
  for (const field of OPTIONAL_FIELDS) {
    let value: unknown = head[field]
    if (value === undefined) continue
    if (typeof value === 'number') {
      // Without the field the stale window would end at `expiresAt`, so an endless window ends at the last possible time.
      if (field === 'staleUntil' && value === Number.POSITIVE_INFINITY) value = LAST_TIME
      // JSON would hold `null`. A time that never comes means the same as no time.
      if (!Number.isFinite(value)) continue
      json += `,"${field}":${value}`
    } else json += `,"${field}":${JSON.stringify(value)}`
  }
  return `${json}}`
}

/**
 * Parses the header in a line. `undefined`: the line is not a valid header. Right sums do not prove that it is one, because
 * people may write a file by hand.
 */
export function parseHeader(line: string): Header | undefined {
  try {
    const found = JSON.parse(line) as Readonly<Record<'bytes' | 'payload' | 'namespace', unknown>>
    const head = readHead(found)
    const { bytes, payload, namespace } = found
    if (head === undefined || !Number.isSafeInteger(bytes) || typeof namespace !== 'string') return undefined
    return KINDS.has(payload) ? { bytes: bytes as number, payload: payload as PayloadKind, namespace, head } : undefined
  } catch {
    return undefined
  }
}

// Matches most headers that headerJson writes, and only ASCII. Every hit runs it; it takes half the time of JSON.parse.
const PLAIN =
  /","bytes":(\d{1,15}),"payload":"(ascii|utf8|bytes)","namespace":"([ !#-[\]-~]*)","hash":"([ !#-[\]-~]*)","createdAt":(\d{1,15})(?:,"durationMs":(\d{1,15}(?:\.\d{1,20})?))?(,"promised":true)?(?:,"source":"([A-Za-z0-9_-]{1,64})")?(?:,"keyParts":"([A-Za-z0-9_.,{}-]*)")?(?:,"inputs":\["([ !#-[\]-~]*(?:","[ !#-[\]-~]*)*)"\])?\}\n/y
/** Parses like {@link parseHeader}, but begins at the end of the sums, and only parses a header with the usual fields. */
export function parsePlainHeader(line: string, at: number): Header | undefined {
  PLAIN.lastIndex = at
  const match = PLAIN.exec(line)
  if (match === null) return undefined
  const head: Writable<Head> = { hash: match[4]!, createdAt: Number(match[5]) }
  if (match[6] !== undefined) head.durationMs = Number(match[6])
  if (match[7] !== undefined) head.promised = true
  if (match[8] !== undefined) head.source = match[8]
  if (match[9] !== undefined) head.keyParts = match[9]
  // Without quotes and backslashes inside, so this separates two strings.
  if (match[10] !== undefined) head.inputs = match[10].split('","')
  return { bytes: Number(match[1]), payload: match[2] as PayloadKind, namespace: match[3]!, head }
}
