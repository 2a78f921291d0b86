import type { Lease, LeaseHolder, Mode } from '@persist/store'
import { type Flight, leaveLimits } from '../concurrency/flight.ts'
import { ForeignWait } from '../concurrency/foreign-wait.ts'
import { join, RING } from '../concurrency/rings.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import type { CacheKey } from './cache-key.ts'
import { enterLimits } from './enter-limits.ts'
import { hasLeases, NO_LEASE, release, requestLease } from './lease.ts'
import { ABSENT, type Found, type LookupResult, lookupEntry } from './lookup.ts'
import { ownLeaseHolder } from './own-leases.ts'

const POLL_GROWTH = 1.6
/** First and longest pause between two looks: a folder is near, a server far. */
const POLL_MS = { sync: { first: 2, longest: 100 }, async: { first: 5, longest: 250 } } as const
/** The longest pause with the whole thread, while it is not known whether the function answers with promises. */
const BLOCKING_MS = 20
/** A wait that is shorter than this notes nothing. */
const NOTED_AFTER_MS = 100

/** Who is to compute. */
export type LeaseResult =
  /** This call. Without a lease where the store has none, or fails. */
  | { readonly kind: 'acquired'; readonly lease: Lease<Mode> | undefined }
  /** Another call computed it meanwhile. */
  | { readonly kind: 'hit'; readonly found: Found<'fresh'> }
  /**
   * Another one still holds the lease after `waitTimeout`: compute, and store only if it holds this very lease even then.
   * Without `from` the store does not tell leases apart: store nothing.
   */
  | { readonly kind: 'timeout'; readonly from: string | undefined }
  /** The other one waits for this call, maybe through others, or has not come back from the function that made it: compute, store nothing. */
  | { readonly kind: 'recursion' }

/** A turn that may store. */
export type RightToStore = Exclude<LeaseResult, { kind: 'hit' | 'recursion' }>

/** What a call waits for its turn with. */
export interface Waiting {
  readonly maxAge: number
  readonly flight: Flight
  /** When the call began to wait, by the monotonic clock: it may have waited for a flight of this process before. */
  readonly since: number
}

/** Takes the lease, or waits for its holder: until there is an entry, until it is our turn, or long enough. */
export function* acquireLease(
  context: Context,
  cacheKey: CacheKey,
  { maxAge, flight, since }: Waiting,
): Steps<LeaseResult> {
  if (!hasLeases(context)) return { kind: 'acquired', lease: undefined }
  const { monotonic, random } = context.runtime
  const { first, longest } = POLL_MS[context.adapter.mode]
  let foreign: ForeignWait | undefined
  try {
    for (let pause: number = first, waited = false; ; pause = Math.min(pause * POLL_GROWTH, longest)) {
      const { lease, holder } = yield* requestLease(context, cacheKey, flight)
      const found = yield* wait(lookupAgain(context, cacheKey, maxAge, lease))
      const waitedMs = monotonic() - since
      const report = (outcome: 'hit' | 'acquired' | 'timeout') => {
        if (waited || outcome === 'timeout') context.reporter.report('wait', { hash: cacheKey.hash, waitedMs, outcome })
      }
      if (found.kind === 'fresh') {
        if (lease !== 'held') yield* release(context, cacheKey, lease)
        report('hit')
        return { kind: 'hit', found }
      }
      if (lease !== 'held') {
        report('acquired')
        return { kind: 'acquired', lease }
      }
      if (waitedMs >= context.waitTimeout) {
        report('timeout')
        return { kind: 'timeout', from: holder?.id }
      }
      throwIfLeft(flight)
      if (!waited) context.counters.waits++
      waited = true
      const own = ownLeaseHolder(context, cacheKey)
      if (own === undefined && holder !== undefined) {
        foreign ??= new ForeignWait(flight)
        if (isInRing(context, foreign, holder, waitedMs)) return { kind: 'recursion' }
      }
      const ms = Math.min(pause * (0.5 + random()), context.waitTimeout - waitedMs)
      // One that waits for another process runs nothing.
      leaveLimits(flight)
      if ((yield* rest(context, flight, own, ms)) === RING) return { kind: 'recursion' }
      if (flight.limits !== undefined) yield* enterLimits(context, flight)
    }
  } finally {
    foreign?.end()
  }
}

/** Takes the lease if it is free, and if there still is nothing fresh. Else another call computes it, or did. */
export function* tryAcquireLease(
  context: Context,
  cacheKey: CacheKey,
  { maxAge, flight }: Omit<Waiting, 'since'>,
): Steps<
  (LeaseResult & { kind: 'acquired' }) | { readonly kind: 'held'; readonly by: string | undefined } | undefined
> {
  const { lease, holder } = hasLeases(context) ? yield* requestLease(context, cacheKey, flight) : NO_LEASE
  if (lease === 'held') return { kind: 'held', by: holder?.id }
  const found = yield* wait(lookupAgain(context, cacheKey, maxAge, lease))
  if (found.kind !== 'fresh') return { kind: 'acquired', lease }
  yield* release(context, cacheKey, lease)
  return undefined
}

/** Takes the lease from its holder, so that what the holder computes is not stored over ours. */
export function* stealLease(
  context: Context,
  cacheKey: CacheKey,
  flight: Flight,
): Steps<LeaseResult & { kind: 'acquired' }> {
  if (!hasLeases(context)) return { kind: 'acquired', lease: undefined }
  const { lease } = yield* requestLease(context, cacheKey, flight, { steal: true })
  return { kind: 'acquired', lease: lease === 'held' ? undefined : lease }
}

/**
 * The right to store a result for which no other call waits: the lease where it is free. Else the holder's, if it still is the same at the
 * end. So what was set, deleted or cleared meanwhile, also by another process, is not overwritten.
 */
export function* acquireToStore(
  context: Context,
  cacheKey: CacheKey,
  flight: Flight,
): Steps<Exclude<LeaseResult, { kind: 'hit' | 'recursion' }>> {
  if (!hasLeases(context)) return { kind: 'acquired', lease: undefined }
  const { lease, holder } = yield* requestLease(context, cacheKey, flight)
  return lease === 'held' ? { kind: 'timeout', from: holder?.id } : { kind: 'acquired', lease }
}

/** Every caller has left before the function began. */
export function throwIfLeft({ left }: Flight): void {
  if (left !== undefined) throw left.reason
}

/**
 * Between our miss and our lease another call may have published, unless the store knows that none has. On the way of a
 * wait it is what we wait for.
 */
function lookupAgain(
  context: Context,
  cacheKey: CacheKey,
  maxAge: number,
  lease: Lease<Mode> | undefined | 'held',
): LookupResult | PromiseLike<LookupResult> {
  return lease !== 'held' && lease?.foundNothing === true ? ABSENT : lookupEntry(context, cacheKey, maxAge)
}

/**
 * Waits for the holder, which may be a flight of this thread. A thread never sleeps for a lease that it holds itself, nor for
 * one whose function answers with promises: then the event loop goes on.
 */
function* rest(context: Context, flight: Flight, own: Flight | undefined, ms: number): Steps<unknown> {
  if (own !== undefined) {
    // Its function has not come back: this call is made by it.
    if (own.result === undefined) return RING
    context.observed.promises = true
    const ended = own.result.then(ignore, ignore)
    return yield* wait(join(own, Promise.race([ended, context.runtime.sleep(ms)]), flight))
  }
  if (context.isAsync || context.observed.promises) return yield* wait(context.runtime.sleep(ms))
  return context.runtime.sleepSync(context.observed.values ? ms : Math.min(ms, BLOCKING_MS))
}

/** Whether the holder, of another process, waits for this call, too. Once the wait has lasted a little others can see it. */
function isInRing(context: Context, foreign: ForeignWait, holder: LeaseHolder, waitedMs: number): boolean {
  if (holder.promised === true) context.observed.promises = true
  if (foreign.closesRing(holder)) return true
  if (waitedMs >= NOTED_AFTER_MS) foreign.note(holder)
  return false
}

function ignore(): void {}
