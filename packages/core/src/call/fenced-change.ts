import type { Steps } from '../concurrency/sync-or-async.ts'
import { wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import type { CacheKey } from './cache-key.ts'
import { beginChange } from './change-order.ts'

/** The target of a change: one entry, the results with a tag, or all. */
export interface Target {
  readonly cacheKey?: CacheKey
  readonly tag?: string
}

/**
 * Changes the store after the changes that were made before. Running computations of the key, or of all keys, do not store,
 * and memory drops its entries. A call that starts meanwhile waits for the change, but not forever, and then may read a deleted
 * entry. So it does not keep it in memory, and no later call joins it.
 *
 * @param onFenced Called before it waits: changes that are asked for from then on come after this one.
 */
export function* fenced<T>(
  context: Context,
  { cacheKey, tag }: Target,
  change: () => Steps<T>,
  onFenced = () => {},
): Steps<T> {
  const canonicalKey = cacheKey?.canonicalKey
  context.peers.each((peer) => {
    if (tag === undefined) peer.fence(canonicalKey)
    else peer.fenceTag(tag)
    peer.drop(canonicalKey)
  })
  onFenced()
  try {
    return yield* inOrder(context, cacheKey, change)
  } finally {
    context.peers.each((peer) => {
      peer.drop(canonicalKey)
      peer.outdate(canonicalKey)
    })
  }
}

/** Changes an entry, or all, after the changes that were made before. */
function* inOrder<T>(context: Context, cacheKey: CacheKey | undefined, change: () => Steps<T>): Steps<T> {
  const { before, end } = beginChange(context, cacheKey?.hash)
  try {
    if (before !== undefined) yield* wait(before)
    return yield* change()
  } finally {
    end()
  }
}
