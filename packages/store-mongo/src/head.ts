import type { Head } from '@persist/store'
import { type EntryDocument, HEAD_TEXTS } from './entry-codec.ts'
import { readString, readTime } from './fields.ts'

const TIMES = ['createdAt', 'expiresAt', 'staleUntil'] as const

/** Reads the head in a document, field by field; `undefined` if one of them is not what it should be. */
export function toHead(document: EntryDocument, hash: string): Head | undefined {
  const head: Record<string, unknown> = { hash }
  for (const name of HEAD_TEXTS) if (!add(head, name, document[name], readString)) return undefined
  for (const name of TIMES) if (!add(head, name, document[name], readTime)) return undefined
  if (!add(head, 'tags', document.tags, readTags)) return undefined
  if (!add(head, 'durationMs', document.durationMs, readNumber)) return undefined
  if (!add(head, 'promised', document.promised, readBoolean)) return undefined
  return head.createdAt === undefined ? undefined : (head as unknown as Head)
}

/** How many bytes a document says that its payload has. */
export function bytesOf({ bytes }: Pick<EntryDocument, 'bytes'>): number {
  return Number.isSafeInteger(bytes) && bytes! >= 0 ? bytes! : 0
}

/** Adds a field, if it is there. `false`: it is not what it should be. */
function add(
  head: Record<string, unknown>,
  name: string,
  stored: unknown,
  read: (stored: unknown) => unknown,
): boolean {
  if (stored === undefined) return true
  const value = read(stored)
  if (value === undefined) return false
  head[name] = value
  return true
}

function readTags(stored: unknown): string[] | undefined {
  if (!Array.isArray(stored)) return undefined
  const tags = stored.map(readString)
  return tags.includes(undefined) ? undefined : (tags as string[])
}

function readNumber(stored: unknown): number | undefined {
  return typeof stored === 'number' ? stored : undefined
}

function readBoolean(stored: unknown): boolean | undefined {
  return typeof stored === 'boolean' ? stored : undefined
}
