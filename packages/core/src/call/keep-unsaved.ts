import type { Entry, Lease, Mode } from '@persist/store'
import { type Flight, isFenced, type Succession } from '../concurrency/flight.ts'
import { run, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { byteLength } from '../runtime/byte-length.ts'
import { isThenable } from '../runtime/thenable.ts'
import { DELETED } from '../state/unsaved-results.ts'
import type { Runtime } from '../types/runtime.ts'
import { acquireToReplace } from './acquire-lease.ts'
import type { CacheKey } from './cache-key.ts'
import type { Computation } from './computation.ts'
import { deleteWhenBack, postponeDeletion } from './deletion-when-back.ts'
import { beganAt } from './freshness.ts'
import { giveUpLease, LEASE_MS, release } from './lease.ts'
import type { RightToStore } from './lease-result.ts'
import { leaseNameOf, noteOwnLease, ownLeaseHolder } from './own-leases.ts'
import { isUnplaced, type Publication } from './publication.ts'
import { YES_OR_NO } from './replies.ts'
import { callStore } from './store-guard.ts'
import { end } from './succession.ts'
import { quietly } from './when-back.ts'

type Run = Omit<Computation, 'call'>
type Publish = (run: Run, publication: Publication) => Steps<boolean>

/**
 * No lease shows that another process has not deleted the entry since. A server is restarted within this time. A result that
 * took longer may wait as long as it took: its run could not see a deletion for that long, either.
 */
const WITHOUT_LEASE_MS = 60_000

/**
 * Keeps a result that its store did not take: until it is back, or for a short time if it was busy. The lease of the run then
 * shows whether another process has set or deleted the entry meanwhile; a result without one is kept for a minute, or as long as
 * it took. Changes in this process fence it as they fence a run. `false`: it is given up.
 */
export function keepUnsaved(computation: Run, publication: Publication, publish: Publish): boolean {
  const { circuit, runtime } = computation.context
  const { entry, unsavedSince = runtime.monotonic() } = publication
  // Other processes can use the store, and may wait for the lease.
  if (circuit.error === undefined && isTooLate(runtime, entry, unsavedSince)) {
    giveUp(computation)
    return false
  }
  keep(computation, { ...publication, unsavedSince }, publish)
  circuit.retryLater(computation.context)
  void circuit.unsaved.keepAlive(unsavedSince, entry.durationMs ?? 0, runtime)
  return true
}

/** Reports that a result is not stored. What a refresh was to replace must not come back. */
export function giveUp({ context, cacheKey, flight }: Run): void {
  skip(context, cacheKey, 'unavailable')
  const replaced = replacedUntil(flight)
  if (replaced !== undefined) postponeDeletion(context, { cacheKey }, replaced)
}

/** A refresh was to replace what began until then, in milliseconds since 1970. `undefined`: nothing, or a later change did. */
function replacedUntil({ fenced, isRefresh, oldestAccepted }: Flight): number | undefined {
  return isRefresh === true && !fenced ? oldestAccepted : undefined
}

function skip({ reporter }: Context, { hash }: CacheKey, reason: 'unavailable' | 'fenced'): undefined {
  reporter.report('skip', { hash, reason })
}

function isTooLate({ monotonic }: Runtime, { durationMs = 0 }: Entry, unsavedSince: number): boolean {
  return monotonic() - unsavedSince > Math.max(WITHOUT_LEASE_MS, durationMs)
}

/** Whether a result that the user has put waits for the store, and a run's call would have accepted it. */
export function isPutBefore({ context, cacheKey, flight }: Run): boolean {
  return context.circuit.unsaved.find(leaseNameOf(context, cacheKey))?.staysFor?.(flight) === true
}

function keep({ context, cacheKey, flight }: Run, publication: Publication, publish: Publish): void {
  const { circuit, runtime } = context
  const { entry, unsavedSince = runtime.monotonic() } = publication
  const name = leaseNameOf(context, cacheKey)
  const before = circuit.unsaved.take(name)
  const own = publication.succession.lease
  let lease = own ?? before?.lease
  const inheritsLease = own === undefined ? lease !== undefined : publication.inheritsLease === true
  const mark = publication.mark ?? before?.mark
  if (isUnplaced(context, mark, entry)) {
    before?.drop('too many')
    giveUp({ context, cacheKey, flight })
    return
  }
  before?.replaced()
  // One of them took it from the other, and it is not known which.
  if (own !== undefined && before?.lease !== undefined && before.lease !== own)
    quietly(() => run(release(context, cacheKey, before.lease)))
  publication.succession.lease = undefined
  const waiting = context.flights.standIn(flight)
  if (before?.isRefresh) waiting.isRefresh = true
  // The later call may accept an entry that the earlier one was to replace.
  if (before?.oldestAccepted !== undefined)
    waiting.oldestAccepted = Math.max(before.oldestAccepted, waiting.oldestAccepted ?? before.oldestAccepted)
  const durationMs = entry.durationMs ?? 0

  function* attempt(): Steps<void> {
    // A call and a refresh of this process meet a run that is about to end.
    const succession: Succession = { flight: waiting, lease }
    waiting.succession = succession
    const holder = ownLeaseHolder(context, cacheKey)?.succession
    if (lease !== undefined && holder === undefined) noteOwnLease(context, cacheKey, waiting, lease)
    // A refresh has taken the lease: it stores its own result, or this one if it fails.
    else if (lease !== undefined && holder?.tookFrom === lease.id) succession.after = holder
    try {
      if (isFenced(waiting, entry.tags)) {
        yield* deleteReplaced()
        return skip(context, cacheKey, 'fenced')
      }
      const isLost = lease === undefined || (inheritsLease && (yield* wasLost(lease)))
      if (isLost) succession.lease = undefined
      const acquired = isLost ? yield* rightToStore(succession) : ({ kind: 'acquired', lease } as const)
      if (acquired === undefined) return
      yield* publish(
        { context, cacheKey, flight: waiting },
        { ...publication, acquired, succession, mark, unsavedSince, inheritsLease },
      )
    } finally {
      context.flights.end(waiting)
      yield* end(context, cacheKey, succession)
    }
  }

  /** Deletes what a refresh was to replace, if a tag of its result was deleted: the entry may have other tags. */
  function* deleteReplaced(): Steps<void> {
    const replaced = replacedUntil(waiting)
    if (replaced !== undefined) yield* deleteWhenBack(context, { cacheKey }, replaced)
  }

  /** The entry may have been set or deleted before this run began, which is no reason against its result. */
  function* wasLost(inherited: Lease<Mode>): Steps<boolean> {
    const renew = () => inherited.renew(context.adapter.leaseMs ?? LEASE_MS)
    const isHeld = yield* wait(callStore(context, 'renew', cacheKey.hash, renew, true, YES_OR_NO))
    return !isHeld
  }

  /** `undefined`: another process has computed the entry, or computes it, or the result can no longer be stored. */
  function* rightToStore(succession: Succession): Steps<(RightToStore & { readonly kind: 'acquired' }) | undefined> {
    if (isTooLate(runtime, entry, unsavedSince)) {
      giveUp({ context, cacheKey, flight: waiting })
      return undefined
    }
    const acquired = yield* acquireToReplace(context, cacheKey, waiting)
    if (acquired === undefined) {
      // It has been released.
      succession.lease = undefined
      return skip(context, cacheKey, 'fenced')
    }
    if (acquired.kind === 'acquired') return acquired
    // That run may have ended, and its result may wait by now.
    if (isFenced(waiting, entry.tags)) return skip(context, cacheKey, 'fenced')
    // That run may fail. Or it has no process any more, or the reply to a request of this process was lost, or the store is busy.
    circuit.retryLater(context)
    const again = { ...publication, succession: { flight: waiting, lease: undefined }, mark, unsavedSince }
    keep({ context, cacheKey, flight: waiting }, again, publish)
    return undefined
  }

  const staysFor = ({ oldestAccepted = Number.NEGATIVE_INFINITY }: Flight) =>
    !isFenced(waiting, entry.tags) &&
    !isTooLate(runtime, entry, unsavedSince) &&
    entry.createdAt > oldestAccepted &&
    runtime.now() < (entry.expiresAt ?? Number.POSITIVE_INFINITY)

  circuit.unsaved.keep(name, {
    bytes: byteLength(entry.payload) + cacheKey.canonicalKey.length + (entry.key?.length ?? 0),
    durationMs,
    get lease() {
      return lease
    },
    regain(returned) {
      lease = returned
    },
    mark,
    oldestAccepted: waiting.oldestAccepted,
    isRefresh: waiting.isRefresh === true,
    ...(publication.isPut && { staysFor }),
    insteadOf(stored) {
      const { oldestAccepted = Number.NEGATIVE_INFINITY } = waiting
      if (beganAt(stored) >= oldestAccepted) return undefined
      // What fenced it came later than what it was to replace.
      return isFenced(waiting, entry.tags) ? DELETED : entry
    },
    store() {
      const stored = quietly(() => run(attempt()))
      if (isThenable(stored)) waiting.result = stored as NonNullable<Flight['result']>
      return stored
    },
    replaced: () => context.flights.end(waiting),
    drop(why) {
      context.flights.end(waiting)
      if (why === 'too many') {
        giveUp({ context, cacheKey, flight: waiting })
        if (lease !== undefined) quietly(() => run(release(context, cacheKey, lease)))
        return
      }
      // The store is closed.
      skip(context, cacheKey, 'unavailable')
      if (lease !== undefined) giveUpLease(context, lease)
    },
  })
}
