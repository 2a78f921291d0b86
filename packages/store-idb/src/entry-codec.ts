import { utf8Length } from '@persist/platform'
import type { Entry, Head, ListedHead } from '@persist/store'
import { readHead, storedHead } from '@persist/store/kit'

/** What the object store `heads` keeps of an entry. */
export interface HeadRecord extends Head {
  /** The bytes of the payload; a string counts in UTF-8. */
  readonly bytes: number
  /** The tags for the index: an index of IndexedDB cannot combine the namespace with each tag. */
  readonly tagKeys: readonly (readonly [namespace: string, tag: string])[]
}

/** The two records of an entry. */
export interface EntryRecords {
  readonly head: HeadRecord
  readonly payload: Entry['payload']
}

/** Makes the records of an entry. */
export function encode(entry: Entry, namespace: string): EntryRecords {
  const { payload } = entry
  const bytes = sizeOf(payload)
  const tagKeys = [...new Set(entry.tags)].map((tag) => [namespace, tag] as const)
  // A view would be stored with all of its buffer.
  return {
    head: { ...storedHead(entry), bytes, tagKeys },
    payload: typeof payload === 'string' ? payload : new Uint8Array(payload),
  }
}

/** Reads the head of an entry. `undefined`: it is damaged. */
export function decodeHead(record: unknown, hash: string): ListedHead | undefined {
  const head = readHead(record)
  const { bytes } = (record ?? {}) as { readonly bytes?: unknown }
  if (head?.hash !== hash || typeof bytes !== 'number') return undefined
  return { ...head, bytes }
}

/** Reads an entry. `undefined`: it is damaged. */
export function decode(record: unknown, payload: unknown, hash: string): Entry | undefined {
  const listed = decodeHead(record, hash)
  if (listed === undefined || !(typeof payload === 'string' || payload instanceof Uint8Array)) return undefined
  const { bytes, ...head } = listed
  return sizeOf(payload) === bytes ? { ...head, payload } : undefined
}

function sizeOf(payload: Entry['payload']): number {
  return typeof payload === 'string' ? utf8Length(payload) : payload.byteLength
}
