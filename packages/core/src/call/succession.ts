import type { Entry, Head } from '@persist/store'
import { type Flight, isFenced, type Reserve, type Succession } from '../concurrency/flight.ts'
import type { Steps } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import type { CacheKey } from './cache-key.ts'
import { hasLeases, keepAlive, release, requestLease, takeOverLease } from './lease.ts'
import type { LeaseResult } from './lease-result.ts'
import { leaseNameOf, noteOwnLease, ownLeaseHolder } from './own-leases.ts'
import { duringTakeover } from './pending-leases.ts'

/**
 * Takes the lease for a refresh. A lease that it takes from a run of this process can be handed back. A refresh that may not store
 * any more takes none.
 */
export function takeOverForRefresh(
  context: Context,
  cacheKey: CacheKey,
  flight: Flight,
): Steps<LeaseResult & { kind: 'acquired' }> {
  return duringTakeover(context, cacheKey, () => takeOver(context, cacheKey, flight))
}

function* takeOver(context: Context, cacheKey: CacheKey, flight: Flight): Steps<LeaseResult & { kind: 'acquired' }> {
  if (flight.fenced) return { kind: 'acquired', lease: undefined }
  const held = ownLeaseHolder(context, cacheKey)?.succession
  if (held?.lease?.id !== undefined) {
    // Set before the reply, since the earlier run may end first.
    const own: Succession = { flight, lease: undefined, before: held }
    flight.succession = own
    held.after = own
    try {
      own.lease = yield* takeOverLease(context, cacheKey, flight, held.lease.id)
    } finally {
      own.isOver = own.lease === undefined
    }
    if (!own.isOver) return { kind: 'acquired', lease: own.lease, succession: own }
    flight.succession = undefined
    held.after = undefined
  }
  const waiting = context.circuit.unsaved.find(leaseNameOf(context, cacheKey))?.lease?.id
  if (waiting !== undefined) {
    const lease = yield* takeOverLease(context, cacheKey, flight, waiting)
    if (lease !== undefined) {
      flight.succession = { flight, lease, tookFrom: waiting }
      return { kind: 'acquired', lease, succession: flight.succession }
    }
  }
  return yield* stealLease(context, cacheKey, flight)
}

/** Takes the lease from its holder, so that the holder cannot overwrite the result of this call. */
function* stealLease(context: Context, cacheKey: CacheKey, flight: Flight): Steps<LeaseResult & { kind: 'acquired' }> {
  if (!hasLeases(context)) return { kind: 'acquired', lease: undefined }
  const { lease } = yield* requestLease(context, cacheKey, flight, { steal: true })
  return { kind: 'acquired', lease: lease === 'held' ? undefined : lease }
}

/** Computes beside the holder `from`. If that is a run of this thread which stores nothing, this one gets its lease. */
export function lateTo(
  context: Context,
  cacheKey: CacheKey,
  flight: Flight,
  from: string | undefined,
): LeaseResult & { kind: 'timeout' } {
  let earliest = ownLeaseHolder(context, cacheKey)?.succession
  if (from !== undefined && earliest?.lease?.id === from && earliest.flight !== flight) {
    while (earliest.before !== undefined && !earliest.before.isOver) earliest = earliest.before
    flight.succession = { flight, lease: undefined }
    earliest.before = flight.succession
  }
  return { kind: 'timeout', from }
}

/** The latest result that an earlier run has left to the runs that have the lease, and whether they may still store it. */
export function resultInReserve(
  context: Context,
  head: Pick<Head, 'hash'>,
): { readonly entry: Entry; readonly isFenced: boolean } | undefined {
  const flight = ownLeaseHolder(context, head)
  let succession = flight?.succession
  while (succession !== undefined && succession.inReserve === undefined) succession = succession.before
  const entry = succession?.inReserve?.entry
  return entry && { entry, isFenced: isFenced(flight!, entry.tags) }
}

/** Like {@link leaveInReserve}. Calls of this process get it from then on, and not what memory holds, which is older. */
export function leaveToLaterRun(
  context: Context,
  { canonicalKey }: CacheKey,
  succession: Pick<Succession, 'after'>,
  reserve: Reserve,
): boolean {
  if (!leaveInReserve(succession, reserve)) return false
  context.peers.each((peer) => peer.drop(canonicalKey))
  return true
}

/** Gives a result to the run that took the lease, which keeps it in reserve. `false`: there is no such run. */
function leaveInReserve({ after }: Pick<Succession, 'after'>, reserve: Reserve): boolean {
  if (after === undefined || after.isOver || after.flight.fenced) return false
  // A later result has priority.
  after.inReserve ??= reserve
  return true
}

/** Gives up the lease of a flight whose function does not run. A refresh may have taken it meanwhile, and returned another one. */
export function* giveUp(context: Context, cacheKey: CacheKey, flight: Flight): Steps<void> {
  const { succession } = flight
  if (succession === undefined) return
  flight.succession = undefined
  yield* end(context, cacheKey, succession)
}

/** Ends the part of a run in the succession. */
export function* end(context: Context, cacheKey: CacheKey, succession: Succession): Steps<void> {
  // A lease that is returned until here stores the reserve.
  succession.isOver = true
  succession.stopRenewing?.()
  try {
    yield* handBack(context, cacheKey, succession)
  } finally {
    // A later run may keep this one: runs that overlap all the time must not pile up.
    succession.before = undefined
    succession.inReserve = undefined
  }
}

/** Returns the lease of a run that stores nothing to the result that waits for its store, if the run took it from that. */
function isRegained(context: Context, cacheKey: CacheKey, { lease, tookFrom }: Succession): boolean {
  const waiting = context.circuit.unsaved.find(leaseNameOf(context, cacheKey))
  if (lease === undefined || tookFrom === undefined || waiting?.lease?.id !== tookFrom) return false
  waiting.regain?.(lease)
  return true
}

/** Returns the lease of a run that stores nothing to the earlier run. Releases the lease if there is no earlier run. */
function* handBack(context: Context, cacheKey: CacheKey, succession: Succession): Steps<void> {
  const { lease, before, after } = succession
  if (isRegained(context, cacheKey, succession)) return
  if (lease === undefined || before === undefined || before.isOver || before.flight.fenced) {
    return yield* release(context, cacheKey, lease)
  }
  before.after = after
  if (after !== undefined) {
    after.before = before
    return
  }
  noteOwnLease(context, cacheKey, before.flight, lease)
  before.lease = lease
  before.stopRenewing?.()
  before.stopRenewing = keepAlive(context, lease)
}
