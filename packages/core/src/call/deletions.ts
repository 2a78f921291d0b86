import type { Entry, Head } from '@persist/store'
import { run, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { eachHead } from './heads.ts'
import { COUNT, isHead, YES_OR_NO } from './replies.ts'
import { callStore } from './store-guard.ts'

/** Deletes an entry if its head meets the condition. Returns how many were deleted. */
export function* deleteIf(context: Context, hash: string, condition: (head: Head) => boolean): Steps<number> {
  const read = () => context.store.get(hash)
  const entry = yield* wait(callStore<Entry | undefined | null>(context, 'get', hash, read, undefined))
  return isHead(entry) && condition(entry) && (yield* deleteOne(context, hash)) ? 1 : 0
}

/** Deletes an entry. Returns whether there was one. */
export function* deleteOne(context: Context, hash: string): Steps<boolean> {
  return yield* wait(callStore(context, 'delete', hash, () => context.store.delete(hash), false, YES_OR_NO))
}

/** How many commands are sent at once to a store that takes time. */
const DELETED_AT_ONCE = 8

/**
 * Deletes the entries whose heads meet the condition as soon as they are listed: later they may be newer ones. Ends early if the
 * store is unavailable. Returns how many.
 */
export function* deleteWhere(context: Context, condition: (head: Head) => boolean): Steps<number> {
  const wasAway = context.circuit.watch()
  let deleted = 0
  let hashes: string[] = []
  function* deleteListed(): Steps<void> {
    const replies = hashes.map((hash) => run(deleteOne(context, hash)))
    hashes = []
    const isAsync = context.adapter.mode === 'async'
    for (const isDeleted of isAsync ? yield* wait(Promise.all(replies)) : replies) if (isDeleted) deleted++
  }
  yield* eachHead(context, function* (head) {
    if (condition(head)) hashes.push(head.hash)
    if (hashes.length === (context.adapter.mode === 'sync' ? 1 : DELETED_AT_ONCE)) yield* deleteListed()
    return !wasAway()
  })
  yield* deleteListed()
  return deleted
}

/** So many entries are deleted one by one over a synchronous store, where each may take a millisecond and blocks the thread. */
const FEW = 200

/** Deletes the entries, or those with a tag, that are old. If a synchronous store has many and no others, it deletes all at once. */
export function* deleteOld(context: Context, tag: string | undefined, isOld: (head: Head) => boolean): Steps<number> {
  const { adapter, store } = context
  if (adapter.mode === 'async' || (tag !== undefined && !adapter.supports.tags))
    return yield* deleteWhere(context, isOld)
  let [old, others] = [0, 0]
  // biome-ignore lint/correctness/useYield: it has nothing to wait for
  yield* eachHead(context, function* (head) {
    if (isOld(head)) old++
    else if (tag === undefined || head.tags?.includes(tag)) others++
  })
  if (old <= FEW || others > 0) return yield* deleteWhere(context, isOld)
  const act = () => (tag === undefined ? store.clear() : store.deleteByTag!(tag))
  return yield* wait(callStore(context, 'clear', undefined, act, 0, COUNT))
}
