import type { CacheKey } from '../call/cache-key.ts'
import { deleted } from '../call/deletion-when-back.ts'
import { deleteOne, deleteWhere } from '../call/deletions.ts'
import { eachHead } from '../call/heads.ts'
import { isListed, lookupEntry } from '../call/lookup.ts'
import { COUNT } from '../call/replies.ts'
import { callStore, lookAtStore } from '../call/store-guard.ts'
import { done, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import type { Lookup } from '../types/persisted.ts'

/** The fresh result with its metadata, without computing. */
export function* lookup(context: Context, cacheKey: CacheKey): Steps<Lookup<unknown, unknown>> {
  lookAtStore(context)
  const found = yield* wait(lookupEntry(context, cacheKey, { mayWait: context.adapter.mode === 'async' }))
  if (found.kind !== 'fresh') return { hit: false, reason: found.kind === 'miss' ? found.reason : 'expired' }
  const { entry, value } = found
  return {
    hit: true,
    value,
    createdAt: entry.createdAt,
    ...(entry.expiresAt !== undefined && { expiresAt: entry.expiresAt }),
    ...(entry.metadata !== undefined && { metadata: entry.metadata }),
    ...(entry.durationMs !== undefined && { durationMs: entry.durationMs }),
    ...((entry.key !== undefined || context.unhash !== undefined) && { key: cacheKey.key }),
  }
}

/** The fresh result, or `undefined`. */
export function* peek(context: Context, cacheKey: CacheKey): Steps<unknown> {
  return (yield* lookup(context, cacheKey)).value
}

/** Whether there is a fresh result. */
export function* has(context: Context, cacheKey: CacheKey): Steps<boolean> {
  return (yield* lookup(context, cacheKey)).hit
}

/** Deletes one result. A running computation of the same key does not restore it. */
export function* forget(context: Context, cacheKey: CacheKey): Steps<boolean> {
  const { hash } = cacheKey
  const wasDeleted = yield* deleted(context, { cacheKey }, () => deleteOne(context, hash))
  if (wasDeleted) context.reporter.report('delete', { hash })
  return wasDeleted
}

/** Deletes all results of the function. */
export function* clear(context: Context): Steps<number> {
  const entries = yield* deleted(context, {}, () =>
    wait(callStore(context, 'clear', undefined, () => context.store.clear(), 0, COUNT)),
  )
  context.reporter.report('clear', { entries })
  return entries
}

/** Deletes the results with a tag. Computations that run in any process store no result with the tag; others are stored. */
export function* deleteByTag(context: Context, tag: string): Steps<number> {
  const entries = yield* deleted(context, { tag }, function* () {
    const fence = context.store.tagFence
    // Recorded first, since a computation checks it before and after it stores.
    if (fence !== undefined)
      yield* wait(callStore(context, 'deleteByTag', undefined, () => done(fence.record(tag)), false))
    if (!context.adapter.supports.tags) return yield* deleteWhere(context, (head) => head.tags?.includes(tag) === true)
    return yield* wait(callStore(context, 'deleteByTag', undefined, () => context.store.deleteByTag!(tag), 0, COUNT))
  })
  context.reporter.report('clear', { entries })
  return entries
}

/** The number of fresh results. */
export function* size(context: Context): Steps<number> {
  let count = 0
  yield* eachHead(context, function* (head) {
    if (yield* wait(isListed(context, head))) count++
  })
  return count
}
