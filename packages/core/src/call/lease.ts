import type { Lease, LeaseHolder, LeaseOptions, Mode } from '@persist/store'
import type { Flight } from '../concurrency/flight.ts'
import type { Steps } from '../concurrency/sync-or-async.ts'
import { wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { CacheKey } from './cache-key.ts'
import { leaseNameOf, noteOwnLease } from './own-leases.ts'
import { duringRequest } from './pending-leases.ts'
import { callStore } from './store-guard.ts'
import { quietly, whenBack } from './when-back.ts'

export const LEASE_MS = 30_000
const RENEWALS_PER_LEASE = 4

/** The reply to a request for a lease. */
export interface LeaseReply {
  /** `undefined`: the store failed, so the call continues without a lease. */
  readonly lease: Lease<Mode> | undefined | 'held'
  readonly holder?: LeaseHolder | undefined
}

/** The reply for a function that takes no lease. */
export const NO_LEASE: LeaseReply = { lease: undefined }

/** The ids of leases of this thread that could not be released: no computation uses them, and they look alive. */
const unreleased = new Set<string>()
const MOST_UNRELEASED = 10_000

/** Requests the lease once. One's own that could not be released is taken over. */
export function* requestLease(
  context: Context,
  cacheKey: CacheKey,
  flight: Flight,
  options: Pick<LeaseOptions, 'steal'> = {},
): Steps<LeaseReply> {
  const act = () => request(context, cacheKey, flight, options)
  const reply = yield* options.steal === undefined ? duringRequest(context, cacheKey, act) : act()
  const { lease } = reply
  // A refresh may take the lease from now on, and must be able to return it.
  if (typeof options.steal !== 'string' && lease !== undefined && lease !== 'held') {
    flight.succession ??= { flight, lease }
    // That of a result which waited for its store is older than its lease.
    flight.succession.lease ??= lease
  }
  return reply
}

function* request(
  context: Context,
  cacheKey: CacheKey,
  flight: Flight,
  options: Pick<LeaseOptions, 'steal'>,
): Steps<LeaseReply> {
  const reply = yield* requestOnce(context, cacheKey, flight, options)
  if (reply.lease === 'held' && isOfUnsaved(context, cacheKey, reply.holder)) return NO_LEASE
  const id = reply.lease === 'held' ? reply.holder?.id : undefined
  // One who may take only a particular lease gets no other: the entry may have been set or deleted since.
  const mayTakeAny = typeof options.steal !== 'string'
  if (id === undefined || !mayTakeAny || !unreleased.delete(id)) return reply
  return yield* requestOnce(context, cacheKey, flight, { steal: id })
}

/** Whether a result of this process that waits for its store has the lease: no run does, so none is waited for. */
function isOfUnsaved(context: Context, cacheKey: CacheKey, holder: LeaseHolder | undefined): boolean {
  const { unsaved } = context.circuit
  if (holder === undefined || unsaved.isEmpty) return false
  return unsaved.find(leaseNameOf(context, cacheKey))?.lease?.id === holder.id
}

function* requestOnce(
  context: Context,
  cacheKey: CacheKey,
  flight: Flight,
  options: Pick<LeaseOptions, 'steal'>,
): Steps<LeaseReply> {
  const ms = context.adapter.leaseMs ?? LEASE_MS
  let holder: LeaseHolder | undefined
  const lease = yield* wait(
    callStore<Lease<Mode> | undefined | 'held'>(
      context,
      'lease',
      cacheKey.hash,
      () => {
        const onHeld = (current: LeaseHolder) => {
          holder = current
        }
        const reply = context.store.lease!(cacheKey.hash, ms, { ...options, onHeld })
        return isThenable(reply)
          ? reply.then((lease) => lease ?? 'held')
          : ((reply as Lease<Mode> | undefined) ?? 'held')
      },
      undefined,
    ),
  )
  if (lease !== undefined && lease !== 'held') noteOwnLease(context, cacheKey, flight, lease)
  return { lease, holder }
}

/** Takes the lease `from` of another call. If it has ended, no lease: an entry may have been stored or deleted. */
export function* takeOverLease(
  context: Context,
  cacheKey: CacheKey,
  flight: Flight,
  from: string | undefined,
): Steps<Lease<Mode> | undefined> {
  if (from === undefined) return undefined
  const { lease } = yield* requestLease(context, cacheKey, flight, { steal: from })
  return lease === 'held' ? undefined : lease
}

/** Releases a lease without publishing. */
export function* release(
  context: Context,
  { hash }: Pick<CacheKey, 'hash'>,
  lease: Lease<Mode> | undefined,
): Steps<void> {
  if (lease === undefined) return
  const act = () => {
    const reply = lease.release()
    return isThenable(reply) ? reply.then(() => true) : true
  }
  const wasAway = context.circuit.watch()
  let isReleased = false
  try {
    isReleased = yield* wait(callStore<boolean>(context, 'release', hash, act, false))
  } finally {
    // Also if that threw: with `onStoreError: 'throw'`, or since the stack is full.
    if (!isReleased) {
      if (lease.id !== undefined) noteUnreleased(lease.id)
      // In a folder it looks alive as long as this process is.
      const part = { part: `lease ${lease.id}`, drop: () => giveUpLease(context, lease), wasAway }
      // Not the whole key, which may be long.
      whenBack(context, { hash }, part, () => release(context, { hash }, lease))
    }
  }
}

/** Gives up a lease that waited for its store. In a database it ends by itself. */
export function giveUpLease({ adapter }: Context, lease: Lease<Mode>): void {
  if (lease.id !== undefined) noteUnreleased(lease.id)
  if (adapter.mode === 'sync') quietly(() => lease.release())
}

/** Notes a lease that no run uses: a later call of this thread takes it over. */
function noteUnreleased(id: string): void {
  if (unreleased.size >= MOST_UNRELEASED) unreleased.delete(unreleased.values().next().value!)
  unreleased.add(id)
}

/** Renews a lease while an async function runs, until the returned function is called. A sync function blocks the timer. */
export function keepAlive(context: Context, lease: Lease<Mode> | undefined): () => void {
  if (lease === undefined) return () => {}
  const ms = context.adapter.leaseMs ?? LEASE_MS
  let stop = () => {}
  const scheduleRenewal = () => {
    stop = context.runtime.later(ms / RENEWALS_PER_LEASE, () => {
      scheduleRenewal()
      // A lease that was lost shows when it publishes, and nothing can be done before.
      quietly(() => lease.renew(ms))
    })
  }
  // For a function that is not declared async, this lets a thread that waits for the lease elsewhere stop blocking.
  if (!context.declaredAsync) quietly(() => lease.promised?.())
  scheduleRenewal()
  return () => stop()
}

/** Whether calls take leases. */
export function hasLeases(context: Context): boolean {
  return context.singleFlight === 'shared' && context.adapter.supports.lease
}
