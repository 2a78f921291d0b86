import type { EntryKey } from './database.ts'

interface Part {
  /** The hash before the first one. */
  readonly after?: string | undefined
  /** The last one. */
  readonly to?: EntryKey | undefined
}

/** The keys of a namespace, or of a part of it. A list is greater than any string: https://w3c.github.io/IndexedDB/#key-construct */
export function keysOf(namespace: string, { after, to }: Part = {}): IDBKeyRange {
  const first = after === undefined ? [namespace] : [namespace, after]
  return IDBKeyRange.bound(first, to ?? [namespace, []], after !== undefined)
}

/** The hash of a key. */
export function hashOf(key: EntryKey): string {
  return key[1]
}
