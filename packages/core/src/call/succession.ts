import type { Flight, Reserve, Succession } from '../concurrency/flight.ts'
import type { Steps } from '../concurrency/sync-or-async.ts'
import { wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import type { LeaseResult } from './acquire-lease.ts'
import { stealLease } from './acquire-lease.ts'
import type { CacheKey } from './cache-key.ts'
import { keepAlive, release, takeOverLease } from './lease.ts'
import { noteOwnLease, ownLeaseHolder } from './own-leases.ts'

// On a well-known symbol: refreshes of two copies of core in one process take the lease from each other.
const TAKEOVERS = Symbol.for('@persist/core/takeovers@1')
const shared = globalThis as { [TAKEOVERS]?: Map<string, Promise<void>> }
shared[TAKEOVERS] ??= new Map()
/** The refreshes that are taking a lease, one after the other: each must know from which run it takes the lease. */
const takeovers = shared[TAKEOVERS]

/**
 * Takes the lease for a refresh. A lease that it takes from a run of this process can be handed back. A refresh that may not store
 * any more takes none.
 */
export function* takeOverForRefresh(
  context: Context,
  cacheKey: CacheKey,
  flight: Flight,
): Steps<LeaseResult & { kind: 'acquired' }> {
  yield* otherTakeovers(context, cacheKey)
  if (flight.fenced) return { kind: 'acquired', lease: undefined }
  const name = nameOf(context, cacheKey)
  let ended = () => {}
  takeovers.set(
    name,
    new Promise((resolve) => {
      ended = resolve
    }),
  )
  try {
    return yield* takeOver(context, cacheKey, flight)
  } finally {
    takeovers.delete(name)
    ended()
  }
}

/** Waits for the refreshes that are taking the lease: then it is known which run of this process has it. */
export function* otherTakeovers(context: Context, cacheKey: CacheKey): Steps<void> {
  // Over a sync store no takeover pauses, so one that is under way has called the code that makes this call.
  if (context.adapter.mode === 'sync') return
  const name = nameOf(context, cacheKey)
  for (let other = takeovers.get(name); other !== undefined; other = takeovers.get(name)) yield* wait(other)
}

function nameOf({ adapter, namespace }: Context, { hash }: CacheKey): string {
  return `${adapter.name}\0${namespace}\0${hash}`
}

function* takeOver(context: Context, cacheKey: CacheKey, flight: Flight): Steps<LeaseResult & { kind: 'acquired' }> {
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
  return yield* stealLease(context, cacheKey, flight)
}

/** Gives a result to the run that took the lease, which keeps it in reserve. `false`: there is no such run. */
export function leaveInReserve({ after }: Pick<Succession, 'after'>, reserve: Reserve): boolean {
  if (after === undefined || after.isOver || after.flight.fenced) return false
  // A later result has priority.
  after.inReserve ??= reserve
  return true
}

/** Returns the lease of a run that stores nothing to the earlier run. Releases the lease if there is no earlier run. */
export function* handBack(context: Context, cacheKey: CacheKey, { lease, before, after }: Succession): Steps<void> {
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
