import type { EntryKey } from './database.ts'

/** All keys of a namespace. A list is greater than any string: https://w3c.github.io/IndexedDB/#key-construct */
export function keysOf(namespace: string, after?: string): IDBKeyRange {
  return after === undefined
    ? IDBKeyRange.bound([namespace], [namespace, []])
    : IDBKeyRange.bound([namespace, after], [namespace, []], true)
}

/** The hash of a key. */
export function hashOf(key: EntryKey): string {
  return key[1]
}
