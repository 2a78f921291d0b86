import type { Lease, LeaseHolder, Mode } from '@persist/store'
import { type Flight, leaveLimits } from '../concurrency/flight.ts'
import { ForeignWait } from '../concurrency/foreign-wait.ts'
import { join, RING } from '../concurrency/rings.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import type { CacheKey } from './cache-key.ts'
import { enterLimits } from './enter-limits.ts'
import { hasLeases, NO_LEASE, requestLease } from './lease.ts'
import type { LeaseResult } from './lease-result.ts'
import { type LookupOptions, lookupEntry } from './lookup.ts'
import { ABSENT, type LookupResult } from './lookup-result.ts'
import { ownLeaseHolder } from './own-leases.ts'
import { reportWait, type WaitOutcome } from './serve.ts'
import { giveUp, lateTo } from './succession.ts'

const POLL_GROWTH = 1.6
/** First and longest pause between two lookups: a folder is local, a server remote. */
const POLL_MS = { sync: { first: 2, longest: 100 }, async: { first: 5, longest: 250 } } as const
/** The longest pause that blocks the thread, while it is unknown whether the function returns promises. */
const LONGEST_BLOCKING_MS = 20
/** A shorter wait writes no note into the leases of the waiting flights. */
const NOTED_AFTER_MS = 100

/** The conditions of a wait for the lease. */
export interface LeaseWait {
  readonly maxAge: number
  readonly flight: Flight
  /** When the wait began, by the monotonic clock: it includes an earlier wait for a flight of this process. */
  readonly since: number
}

/** Takes the lease, or waits for its holder until there is an entry, the lease is free, or `waitTimeout` is over. */
export function* acquireLease(
  context: Context,
  cacheKey: CacheKey,
  { maxAge, flight, since }: LeaseWait,
): Steps<LeaseResult> {
  if (!hasLeases(context)) return { kind: 'acquired', lease: undefined }
  const { monotonic, random } = context.runtime
  const { first, longest } = POLL_MS[context.adapter.mode]
  let foreign: ForeignWait | undefined
  try {
    for (let pause: number = first, waited = false; ; pause = Math.min(pause * POLL_GROWTH, longest)) {
      const { lease, holder } = yield* requestLease(context, cacheKey, flight)
      const found = yield* lookupAgain(context, cacheKey, { maxAge, flight }, lease)
      const waitedMs = monotonic() - since
      const report = (outcome: WaitOutcome) => {
        if (waited || outcome === 'timeout') reportWait(context, cacheKey, { waitedMs, outcome })
      }
      if (found.kind === 'fresh') {
        yield* giveUp(context, cacheKey, flight)
        report('hit')
        return { kind: 'hit', found }
      }
      if (lease !== 'held') {
        report('acquired')
        return { kind: 'acquired', lease }
      }
      if (waitedMs >= context.waitTimeout) {
        report('timeout')
        return lateTo(context, cacheKey, flight, holder?.id)
      }
      throwIfLeft(flight)
      waited = true
      const own = ownLeaseHolder(context, cacheKey)
      if (own === undefined && holder !== undefined) {
        foreign ??= new ForeignWait(flight)
        if (isInRing(context, foreign, holder, waitedMs)) return { kind: 'recursion' }
      }
      const ms = Math.min(pause * (0.5 + random()), context.waitTimeout - waitedMs)
      // A call that waits for another process runs nothing.
      leaveLimits(flight)
      if ((yield* waitForHolder(context, flight, own, ms)) === RING) return { kind: 'recursion' }
      if (flight.limits !== undefined) yield* enterLimits(context, flight)
    }
  } finally {
    foreign?.end()
  }
}

/** Takes the lease if it is free and there is still no fresh entry. Otherwise another call computes the entry, or has. */
export function* tryAcquireLease(
  context: Context,
  cacheKey: CacheKey,
  { flight, ...accepted }: Pick<LookupOptions, 'maxAge' | 'beganSince' | 'onUnread'> & Pick<LeaseWait, 'flight'>,
): Steps<
  (LeaseResult & { kind: 'acquired' }) | { readonly kind: 'held'; readonly by: string | undefined } | undefined
> {
  const { lease, holder } = hasLeases(context) ? yield* requestLease(context, cacheKey, flight) : NO_LEASE
  if (lease === 'held') return { kind: 'held', by: holder?.id }
  const found = yield* lookupAgain(context, cacheKey, { ...accepted, flight }, lease)
  if (found.kind !== 'fresh') return { kind: 'acquired', lease }
  yield* giveUp(context, cacheKey, flight)
  return undefined
}

/**
 * Takes the lease for a result that waits, if it is free and there is no entry that its call accepts. An entry whose run began
 * before the call is to be replaced: it was there before, or is the result of an earlier run. If the store does not say, there may
 * be one.
 */
export function* acquireToReplace(
  context: Context,
  cacheKey: CacheKey,
  flight: Flight,
): ReturnType<typeof tryAcquireLease> {
  const { oldestAccepted } = flight
  const maxAge = oldestAccepted === undefined ? undefined : Math.max(0, context.runtime.now() - oldestAccepted)
  let isKnown = true
  const onUnread = () => {
    isKnown = false
  }
  const acquired = yield* tryAcquireLease(context, cacheKey, { maxAge, beganSince: oldestAccepted, flight, onUnread })
  if (acquired?.kind !== 'acquired') return acquired
  return isKnown && (acquired.lease !== undefined || !hasLeases(context)) ? acquired : { kind: 'held', by: undefined }
}

/**
 * Acquires the right to store a result without waiting: the lease if it is free, otherwise the holder's lease if it is
 * unchanged at the end. So no later set, delete or clear is undone, not even one of another process.
 */
export function* acquireToStore(
  context: Context,
  cacheKey: CacheKey,
  flight: Flight,
): Steps<Exclude<LeaseResult, { kind: 'hit' | 'recursion' }>> {
  if (!hasLeases(context)) return { kind: 'acquired', lease: undefined }
  const { lease, holder } = yield* requestLease(context, cacheKey, flight)
  return lease === 'held' ? lateTo(context, cacheKey, flight, holder?.id) : { kind: 'acquired', lease }
}

/** Throws if all callers left before the function began. */
export function throwIfLeft({ left }: Flight): void {
  if (left !== undefined) throw left.reason
}

/**
 * Looks the entry up again: another call may have published it between the miss and the lease, unless the store knows that
 * there is none. During a wait this lookup finds the awaited entry. If it fails, no run will release the lease.
 */
function* lookupAgain(
  context: Context,
  cacheKey: CacheKey,
  options: LookupOptions & Pick<LeaseWait, 'flight'>,
  lease: Lease<Mode> | undefined | 'held',
): Steps<LookupResult> {
  if (lease !== 'held' && lease?.foundNothing === true) return ABSENT
  try {
    return yield* wait(lookupEntry(context, cacheKey, options))
  } catch (error) {
    yield* giveUp(context, cacheKey, options.flight)
    throw error
  }
}

/**
 * Waits for the holder, which may be a flight of this thread. A thread never blocks for its own lease, nor for a lease whose
 * function returns promises: then the event loop continues.
 */
function* waitForHolder(context: Context, flight: Flight, own: Flight | undefined, ms: number): Steps<unknown> {
  if (own !== undefined) {
    // Its function has not returned, so it made this call.
    if (own.result === undefined) return RING
    context.observed.promises = true
    const ended = own.result.then(ignore, ignore)
    return yield* wait(join(own, Promise.race([ended, context.runtime.sleep(ms)]), flight))
  }
  if (context.isAsync || context.observed.promises) return yield* wait(context.runtime.sleep(ms))
  return context.runtime.sleepSync(context.observed.values ? ms : Math.min(ms, LONGEST_BLOCKING_MS))
}

/** Whether the holder, in another process, also waits for this call. Notes a wait that lasts, so that others can see it. */
function isInRing(context: Context, foreign: ForeignWait, holder: LeaseHolder, waitedMs: number): boolean {
  if (holder.promised === true) context.observed.promises = true
  if (foreign.closesRing(holder)) return true
  if (waitedMs >= NOTED_AFTER_MS) foreign.note(holder)
  return false
}

function ignore(): void {}
