import type { Lease, LeaseHolder, LeaseOptions, Mode } from '@persist/store'
import type { Flight } from '../concurrency/flight.ts'
import type { Steps } from '../concurrency/sync-or-async.ts'
import { wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { CacheKey } from './cache-key.ts'
import { noteOwnLease } from './own-leases.ts'
import { callStore } from './store-guard.ts'

const LEASE_MS = 30_000
const RENEWALS_PER_LEASE = 4

/** What came of asking for a lease. */
export interface Requested {
  /** `undefined`: the store failed, so go on without. */
  readonly lease: Lease<Mode> | undefined | 'held'
  readonly holder?: LeaseHolder | undefined
}

/** Of a function that takes none. */
export const NO_LEASE: Requested = { lease: undefined }

/** Asks for the lease once. */
export function* requestLease(
  context: Context,
  cacheKey: CacheKey,
  flight: Flight,
  options: Pick<LeaseOptions, 'steal'> = {},
): Steps<Requested> {
  const ms = context.adapter.leaseMs ?? LEASE_MS
  let holder: LeaseHolder | undefined
  const lease = yield* wait(
    callStore<Lease<Mode> | undefined | 'held'>(
      context,
      'lease',
      cacheKey.hash,
      () => {
        const onHeld = (one: LeaseHolder) => {
          holder = one
        }
        const reply = context.store.lease!(cacheKey.hash, ms, { ...options, onHeld })
        return isThenable(reply) ? reply.then((one) => one ?? 'held') : ((reply as Lease<Mode> | undefined) ?? 'held')
      },
      undefined,
    ),
  )
  if (lease !== undefined && lease !== 'held') noteOwnLease(context, cacheKey, flight, lease)
  return { lease, holder }
}

/** Takes the lease from one holder, if it has not ended since: then nothing was stored or deleted meanwhile. */
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

/** Gives a lease back unused. */
export function* release(context: Context, cacheKey: CacheKey, lease: Lease<Mode> | undefined): Steps<void> {
  if (lease !== undefined) yield* wait(callStore(context, 'release', cacheKey.hash, () => lease.release(), undefined))
}

/** Renews a lease while an asynchronous function runs; the answer stops it. A synchronous one leaves no moment for it. */
export function keepAlive(context: Context, lease: Lease<Mode> | undefined): () => void {
  if (lease === undefined) return () => {}
  const ms = context.adapter.leaseMs ?? LEASE_MS
  let stop = () => {}
  const beat = () => {
    stop = context.runtime.later(ms / RENEWALS_PER_LEASE, () => {
      beat()
      quietly(() => lease.renew(ms))
    })
  }
  // A function that is not declared asynchronous: a thread that waits for it elsewhere must not be blocked any longer.
  if (!context.declaredAsync) quietly(() => lease.promised?.())
  beat()
  return () => stop()
}

/** Whether calls take leases. */
export function hasLeases(context: Context): boolean {
  return context.singleFlight === 'shared' && context.adapter.supports.lease
}

/** A renewal that fails shows at publishing; until then there is nothing to do about it. */
function quietly(act: () => unknown): void {
  try {
    const reply = act()
    if (isThenable(reply)) reply.then(undefined, () => {})
  } catch {}
}
