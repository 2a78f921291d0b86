import type { Head } from '@persist/store'

/** As it is while it is being made. */
type Writable<T> = { -readonly [Field in keyof T]: T[Field] }

const TIMES = ['expiresAt', 'staleUntil', 'durationMs'] as const
const TEXTS = ['key', 'keyDigest', 'metadata', 'version', 'source'] as const

/** What of a head is stored, in the order of the format. A time that is not a number would become `null` in JSON. */
export function storedHead(head: Head): Head {
  const stored: Writable<Head> = {
    hash: head.hash,
    createdAt: isTime(head.createdAt) ? head.createdAt : 0,
  }
  for (const field of TIMES) {
    const value = head[field]
    if (isTime(value)) stored[field] = value
  }
  if (head.promised !== undefined) stored.promised = head.promised
  for (const field of TEXTS) {
    const value = head[field]
    if (value !== undefined) stored[field] = value
  }
  if (head.tags !== undefined) stored.tags = head.tags
  return stored
}

/** The head in a record. `undefined`: a field is missing or of the wrong type; anything may stand in a store. */
export function headIn(found: unknown): Head | undefined {
  if (typeof found !== 'object' || found === null) return undefined
  const { hash, createdAt, promised, tags, ...others } = found as Readonly<Record<string, unknown>>
  if (typeof hash !== 'string' || !isTime(createdAt)) return undefined
  const head: Writable<Head> = { hash, createdAt }
  for (const field of TIMES) {
    const value = others[field]
    if (isTime(value)) head[field] = value
    else if (value !== undefined) return undefined
  }
  if (typeof promised === 'boolean') head.promised = promised
  else if (promised !== undefined) return undefined
  for (const field of TEXTS) {
    const value = others[field]
    if (typeof value === 'string') head[field] = value
    else if (value !== undefined) return undefined
  }
  if (isTextList(tags)) head.tags = tags
  else if (tags !== undefined) return undefined
  return head
}

function isTime(value: unknown): value is number {
  return Number.isFinite(value)
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}
