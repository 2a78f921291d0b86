import { HEAD_FIELDS, type Head, type HeadFieldType } from '@persist/store'
import { type EntryDocument, HEAD_IN_DOCUMENT } from './entry-codec.ts'
import { readString, readTime } from './fields.ts'

/** How a value of each type is read; `undefined`: it is not of that type. */
const READERS: Readonly<Record<HeadFieldType, (stored: unknown) => unknown>> = {
  string: readString,
  strings: readStrings,
  time: readTime,
  duration: (stored) => (typeof stored === 'number' ? stored : undefined),
  boolean: (stored) => (typeof stored === 'boolean' ? stored : undefined),
}

/** Reads the head in a document, field by field. `undefined`: one of them has another type than it should have. */
export function toHead(document: EntryDocument, hash: string): Head | undefined {
  const head: Record<string, unknown> = { hash }
  for (const field of HEAD_IN_DOCUMENT) {
    const stored = document[field]
    if (stored === undefined) continue
    const value = READERS[HEAD_FIELDS[field]](stored)
    if (value === undefined) return undefined
    head[field] = value
  }
  return head.createdAt === undefined ? undefined : (head as unknown as Head)
}

/** How many bytes a payload has, by its document. */
export function bytesOf({ bytes }: Pick<EntryDocument, 'bytes'>): number {
  return Number.isSafeInteger(bytes) && bytes! >= 0 ? bytes! : 0
}

function readStrings(stored: unknown): string[] | undefined {
  if (!Array.isArray(stored)) return undefined
  const strings = stored.map(readString)
  return strings.includes(undefined) ? undefined : (strings as string[])
}
