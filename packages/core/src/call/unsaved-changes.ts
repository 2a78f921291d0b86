import type { Entry } from '@persist/store'
import type { Context } from '../context.ts'
import type { CacheKey } from './cache-key.ts'
import { leaseNameOf } from './own-leases.ts'
import { isHead } from './replies.ts'

/** The name under which a deletion waits for its store: of one entry, of those with a tag, or of all. */
export function deletionNameOf(context: Context, hash = '', tag?: string): string {
  // Not the whole key, which may be long.
  return leaseNameOf(context, { hash }) + (tag === undefined ? '' : `\0${tag}`)
}

/** An entry, or what takes its place. */
export interface CurrentEntry {
  readonly entry: Entry
  /** It waits for the store, as it was before it was compressed and encrypted. */
  readonly isDecoded: boolean
}

/**
 * The entry that a call may get in place of a stored one: the result of a refresh or a `put` that is to replace it and waits for
 * the store, or for the lease of another run. `undefined`: a deletion that waits is to delete it.
 */
export function currentEntry(context: Context, cacheKey: CacheKey, entry: Entry): CurrentEntry | undefined {
  const { unsaved } = context.circuit
  if (unsaved.isEmpty || !isHead(entry)) return { entry, isDecoded: false }
  const waiting = unsaved.find(leaseNameOf(context, cacheKey))?.insteadOf?.(entry)
  if (waiting !== undefined) return { entry: waiting, isDecoded: true }
  return isDeleted(context, cacheKey, entry) ? undefined : { entry, isDecoded: false }
}

function isDeleted(context: Context, { hash }: CacheKey, entry: Entry): boolean {
  const { unsaved } = context.circuit
  const deletes = (...target: [hash?: string, tag?: string]) =>
    unsaved.isDeleted(deletionNameOf(context, ...target), entry)
  return deletes(hash) || deletes() || (Array.isArray(entry.tags) && entry.tags.some((tag) => deletes('', tag)))
}
