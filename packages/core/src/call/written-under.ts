import { HashCollisionError } from '@persist/errors'
import { canonical } from '@persist/key'
import type { Entry } from '@persist/store'
import type { Context } from '../context.ts'
import { type CacheKey, digestOf } from './cache-key.ts'

/**
 * Whether an entry is of this key. An entry without a digest counts only in a store that other programs write to.
 *
 * @throws HashCollisionError for an entry that was written under another key.
 */
export function wasWrittenUnder(context: Context, cacheKey: CacheKey, entry: Entry): boolean {
  if (entry.keyDigest === undefined)
    return context.adapter.supports.foreign === true && belongsTo(context, cacheKey, entry)
  if (entry.keyDigest === digestOf(cacheKey)) return true
  throw collision(context, cacheKey, storedKeyOf(context, entry))
}

/** Other programs store no digest: compares the stored key, and accepts the entry if there is none. */
function belongsTo(context: Context, cacheKey: CacheKey, entry: Entry): boolean {
  if (entry.key === undefined) return true
  let storedKey: unknown
  try {
    storedKey = context.unpickle(entry.key)
    if (canonical(storedKey) === cacheKey.canonicalKey) return true
  } catch {
    return false
  }
  throw collision(context, cacheKey, storedKey)
}

function collision(context: Context, cacheKey: CacheKey, storedKey: unknown): HashCollisionError {
  return new HashCollisionError(
    `two keys of ${context.namespace} share the hash ${JSON.stringify(cacheKey.hash)}: make the hash option injective`,
    {
      namespace: context.namespace,
      hash: cacheKey.hash,
      key: cacheKey.key,
      ...(storedKey !== undefined && { storedKey }),
    },
  )
}

function storedKeyOf(context: Context, entry: Entry): unknown {
  try {
    return entry.key === undefined ? context.unhash?.(entry.hash) : context.unpickle(entry.key)
  } catch {
    // The collision is reported in any case; an unreadable stored key only means less detail.
    return undefined
  }
}
