import type { Entry } from '@persist/store'
import { type Flight, isFenced, type Succession } from '../concurrency/flight.ts'
import type { Steps } from '../concurrency/sync-or-async.ts'
import { done, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import type { CacheKey } from './cache-key.ts'
import { noteStored } from './call.ts'
import { beginWrite } from './change-order.ts'
import type { Computation } from './computation.ts'
import { deleteWhenBack } from './deletion-when-back.ts'
import { encodeStored } from './encode-stored.ts'
import { beganAt } from './freshness.ts'
import { giveUp, isPutBefore, keepUnsaved } from './keep-unsaved.ts'
import { hasLeases, takeOverLease } from './lease.ts'
import { ownLeaseHolder } from './own-leases.ts'
import { beginUnleasedWrite } from './pending-leases.ts'
import { isUnplaced, type Publication } from './publication.ts'
import { MARK, YES_OR_NO } from './replies.ts'
import { reportWrite } from './serve.ts'
import { callStore, lookAtStore } from './store-guard.ts'
import { end, leaveToLaterRun } from './succession.ts'
import { whenBack } from './when-back.ts'

/**
 * Stores the entry, by the lease if there is one. A fenced entry is not stored. Returns whether the run is done with it: `false`
 * lets an earlier run store its result by the lease.
 */
export function* publish(computation: Omit<Computation, 'call'>, publication: Publication): Steps<boolean> {
  const { context, cacheKey, flight } = computation
  const { acquired, succession, mark, entry, value } = publication
  const { hash, canonicalKey } = cacheKey
  let endWrite = () => {}
  let endRequest = () => {}
  const skip = (reason: 'timeout' | 'fenced' | 'key') => {
    context.reporter.report('skip', { hash, reason })
    return false
  }
  const leave = (before: Pick<Succession, 'after'>) =>
    leaveToLaterRun(context, cacheKey, before, { entry, value, mark })
  try {
    if (cacheKey.isUnderOtherKey) return skip('key')
    if (context.adapter.mode === 'async') yield* wait(context.circuit.lookIfLate(context.runtime))
    else lookAtStore(context)
    const encoded = yield* encodeStored(context, entry, context.isAsync)
    if (encoded === undefined) return false
    if (isFenced(flight, entry.tags)) return skip('fenced')
    if (hasNoLease(computation, publication)) {
      endRequest = yield* beginUnleasedWrite(context, cacheKey)
      if (isFenced(flight, entry.tags)) return skip('fenced')
      // A write would end the lease of a later run of this process.
      if (leave({ after: laterRun(computation) })) return true
    }
    if (acquired.kind === 'timeout' && succession.lease === undefined) {
      const lease = yield* takeOverLease(context, cacheKey, flight, acquired.from)
      // The holder may have left its lease to this run meanwhile.
      succession.lease = lease ?? succession.lease
      if (succession.lease === undefined) return leave(succession) || skip('timeout')
    }
    // A lease that is lost to a later change publishes nothing. A deletion by tag ends no lease of an entry that is not there
    // yet, so it waits for the write, and deletes the entry.
    if (succession.lease === undefined || entry.tags !== undefined) {
      const { before, end } = beginWrite(context, hash)
      endWrite = end
      if (before !== undefined) yield* wait(before)
    }
    const wasAway = context.circuit.watch()
    const wasDeleted = yield* wasDeletedByTag(context, mark, entry)
    if (wasDeleted === true || isFenced(flight, entry.tags)) return skip('fenced')
    // Whether its tags have been deleted since is not known.
    if (isUnplaced(context, mark, entry) && context.circuit.error === undefined) {
      giveUp(computation)
      return false
    }
    const beforeWrite = context.memory?.mark()
    const stored = wasDeleted === undefined ? undefined : yield* write(context, succession, encoded)
    if (stored === false) {
      const isLeft = !isFenced(flight, entry.tags) && leave(succession)
      if (isLeft) return true
      // Another process has set or deleted the entry since, or does so: what memory holds is older.
      context.peers.each((peer) => peer.drop(canonicalKey))
      return skip('fenced')
    }
    // The set, delete or clear that fenced the flight came after the write, unless one of them failed: the store may have done, or
    // may do, the write late.
    if (flight.fenced || (!stored && isFenced(flight, entry.tags))) {
      if (wasAway()) yield* deleteWhenBack(context, { cacheKey }, beganAt(entry))
      return skip('fenced')
    }
    // A deletion by tag between the last check and the write missed the entry.
    if (stored && (yield* withdraw(computation, publication))) return skip('fenced')
    if (!stored && isPutBefore(computation)) return skip('fenced')
    // A deletion that was asked for before the run began may have reached the store after the result, and ended before the reply.
    const mayBeDeleted = context.memory?.hasChanged(canonicalKey, beforeWrite!) !== false
    context.peers.each((peer) => peer.drop(canonicalKey))
    // Even if the store failed: then memory has the only copy.
    if (!mayBeDeleted && !isFenced(flight, entry.tags)) context.memory!.hold(canonicalKey, entry, value)
    supersede(context, flight, stored ? entry.createdAt : undefined)
    if (!stored) {
      return !wasAway() || keepUnsaved(computation, publication, publish)
    }
    noteStored(context, flight)
    context.circuit.noteStored()
    reportWrite(context, encoded)
    return true
  } finally {
    endWrite()
    endRequest()
  }
}

/** The run of this process that has the lease, if it began later. A call that has not begun to run may end with a stored result. */
function laterRun({ context, cacheKey, flight }: Omit<Computation, 'call'>): Succession | undefined {
  const holder = ownLeaseHolder(context, cacheKey)
  if (holder === undefined || holder.began <= flight.began) return undefined
  const runs = holder.began !== Number.POSITIVE_INFINITY || holder.maxAge === 0 || holder.isRefresh === true
  return runs ? holder.succession : undefined
}

/** Whether a run has no lease although there are leases: the store was away when it asked for one, and is back. */
function hasNoLease(
  { context }: Pick<Computation, 'context'>,
  { acquired, succession, unsavedSince }: Publication,
): boolean {
  const isWithout = acquired.kind === 'acquired' && succession.lease === undefined && hasLeases(context)
  return isWithout && unsavedSince === undefined && context.circuit.error === undefined
}

/**
 * Ends the part of a run in the succession of runs. If it has not published, an earlier run stores its result in its place, or
 * gets its lease.
 */
export function* endSuccession(
  computation: Omit<Computation, 'call'>,
  succession: Succession,
  isPublished: boolean,
): Steps<void> {
  const { context, cacheKey } = computation
  const { lease, inReserve } = succession
  if (lease !== undefined && inReserve !== undefined && !isPublished) {
    try {
      yield* publish(computation, { acquired: { kind: 'acquired', lease }, succession, ...inReserve })
    } catch {
      // With onStoreError: 'throw'. The error has been reported, and the caller gets the error of the function.
    }
  }
  yield* end(context, cacheKey, succession)
}

/** Deletes an entry that was written although its tag was deleted, or if the store no longer says whether it was. */
function* withdraw(
  { context, cacheKey, flight }: Omit<Computation, 'call'>,
  { mark, entry }: Pick<Publication, 'mark' | 'entry'>,
): Steps<boolean> {
  if (!isFenced(flight, entry.tags) && (yield* wasDeletedByTag(context, mark, entry)) === false) return false
  const { hash } = cacheKey
  const wasAway = context.circuit.watch()
  yield* wait(callStore(context, 'delete', hash, () => context.store.delete(hash), false, YES_OR_NO))
  whenBack(context, cacheKey, { part: 'written', wasAway }, function* () {
    yield* withdraw({ context, cacheKey, flight }, { mark, entry })
  })
  return true
}

/** Writes by the lease. A lease that a refresh took may have been returned, since the refresh failed. */
function* write(context: Context, succession: Succession, entry: Entry): Steps<boolean | undefined> {
  const { hash } = entry
  const { lease } = succession
  if (lease === undefined) {
    const set = () => done(context.store.set(entry))
    return yield* wait(callStore<boolean | undefined>(context, 'set', hash, set, undefined))
  }
  const publish = () => lease.publish(entry)
  const stored = yield* wait(callStore<boolean | undefined>(context, 'set', hash, publish, undefined, YES_OR_NO))
  const isReturned = succession.lease !== lease
  if (stored !== undefined && !isReturned) succession.lease = undefined
  return stored === false && isReturned ? yield* write(context, succession, entry) : stored
}

/** Keeps earlier runs from overwriting the result, in all wrappings of the function. */
function supersede(context: Context, flight: Flight, storedAt: number | undefined): void {
  context.peers.each((peer) => peer.supersede(flight.canonicalKey, flight.began, { by: flight, storedAt }))
}

/** The current position in the order of deletions by tag, for a function with tags. */
export function* tagMark(context: Context, { hash }: CacheKey): Steps<string | undefined> {
  const fence = context.store.tagFence
  if (context.tags === undefined || fence === undefined) return undefined
  return yield* wait(callStore<string | undefined>(context, 'mark', hash, () => fence.mark(), undefined, MARK))
}

/** `undefined`: the store failed. */
function* wasDeletedByTag(
  context: Context,
  mark: string | undefined,
  { hash, tags = [] }: Entry,
): Steps<boolean | undefined> {
  if (mark === undefined || tags.length === 0) return false
  const hasDeleted = () => context.store.tagFence!.hasDeleted(mark, tags)
  return yield* wait(callStore<boolean | undefined>(context, 'mark', hash, hasDeleted, undefined, YES_OR_NO))
}
