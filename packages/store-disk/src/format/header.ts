import { HEAD_FIELDS, type Head } from '@persist/store'
import { readHead } from '@persist/store/kit'

/**
 * How the payload's bytes are to be read: as bytes, or as a string. `ascii` is the same as `utf8`, and faster; `utf16` is for
 * strings with lone surrogates, which UTF-8 cannot hold.
 */
export type PayloadKind = 'ascii' | 'utf8' | 'utf16' | 'bytes'

const KINDS: ReadonlySet<unknown> = new Set(['ascii', 'utf8', 'utf16', 'bytes'] satisfies PayloadKind[])

/** The content of a header, without the sums. */
export interface Header {
  /** Of the payload. */
  readonly bytes: number
  readonly payload: PayloadKind
  readonly namespace: string
  readonly head: Head
}

/** The last time that a `Date` can hold. */
const LAST_TIME = 8.64e15

const { hash: _hash, createdAt: _createdAt, ...others } = HEAD_FIELDS
const OPTIONAL_FIELDS = Object.keys(others) as readonly (keyof typeof others)[]

/** As it is while it is being made. */
export type Writable<T> = { -readonly [Field in keyof T]: T[Field] }

/** The header's JSON from a comma on, without the sums and the text before them. */
export function headerJson(head: Head, namespace: string, payload: PayloadKind, bytes: number): string {
  // One string after the other takes a third of the time of JSON.stringify for the whole.
  let json = `,"bytes":${bytes},"payload":"${payload}","namespace":${JSON.stringify(namespace)}`
  json += `,"hash":${JSON.stringify(head.hash)},"createdAt":${Number.isFinite(head.createdAt) ? head.createdAt : 0}`
  for (const field of OPTIONAL_FIELDS) {
    let value: unknown = head[field]
    if (value === undefined) continue
    if (typeof value === 'number') {
      // Without the field the stale window would end at `expiresAt`: so an endless one ends at the last time that there is.
      if (field === 'staleUntil' && value === Number.POSITIVE_INFINITY) value = LAST_TIME
      // JSON would have `null` for it; and a time that never comes is the same as none.
      if (!Number.isFinite(value)) continue
      json += `,"${field}":${value}`
    } else json += `,"${field}":${JSON.stringify(value)}`
  }
  return `${json}}`
}

/** The header in a line. `undefined`: the line holds none, even if the sums are right: a file may be written by hand. */
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

// Most headers, as headerJson writes them; it takes half the time of JSON.parse, on the way of every hit. All ASCII.
const PLAIN =
  /","bytes":(\d{1,15}),"payload":"(ascii|utf8|bytes)","namespace":"([ !#-[\]-~]*)","hash":"([ !#-[\]-~]*)","createdAt":(\d{1,15})(?:,"durationMs":(\d{1,15}(?:\.\d{1,20})?))?(,"promised":true)?(?:,"source":"([A-Za-z0-9_-]{1,64})")?\}\n/y

/** As {@link parseHeader}, from the end of the sums on, for a header with no more fields than most have. */
export function parsePlainHeader(line: string, at: number): Header | undefined {
  PLAIN.lastIndex = at
  const match = PLAIN.exec(line)
  if (match === null) return undefined
  const head: Writable<Head> = { hash: match[4]!, createdAt: Number(match[5]) }
  if (match[6] !== undefined) head.durationMs = Number(match[6])
  if (match[7] !== undefined) head.promised = true
  if (match[8] !== undefined) head.source = match[8]
  return { bytes: Number(match[1]), payload: match[2] as PayloadKind, namespace: match[3]!, head }
}
