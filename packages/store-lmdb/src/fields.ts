import type { Head } from '@persist/store'

/** The fields of a head that a record keeps as JSON. */
type Fields = Omit<Head, 'hash' | 'createdAt' | 'expiresAt' | 'durationMs' | 'promised'>

const isText = (value: unknown) => typeof value === 'string'

const CHECKS: { readonly [K in keyof Required<Fields>]: (value: unknown) => boolean } = {
  key: isText,
  keyDigest: isText,
  metadata: isText,
  version: isText,
  source: isText,
  staleUntil: (value) => typeof value === 'number',
  tags: (value) => Array.isArray(value) && value.every(isText),
}

/**
 * Whether what a record has in its JSON are fields of a head, each of its type. A field of another name is none: it could
 * replace the hash or the payload, or say what this version would have to obey.
 */
export function areFields(parsed: unknown): parsed is Fields {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return false
  for (const name in parsed) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof Fields] : undefined
    if (check === undefined || !check(parsed[name as keyof typeof parsed])) return false
  }
  return true
}
