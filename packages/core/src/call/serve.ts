import { ReplayMissError } from '@persist/errors'
import type { Entry } from '@persist/store'
import type { FlightResult } from '../concurrency/flight.ts'
import type { Steps } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { byteLength } from '../runtime/byte-length.ts'
import { tracing } from '../trace/tracing.ts'
import type { CacheKey } from './cache-key.ts'
import { areChangesPending } from './change-order.ts'
import { countWrite } from './enforce-bounds.ts'
import type { Found, LookupResult } from './lookup-result.ts'
import { noteCall } from './note-call.ts'
import { reportSourceChange } from './source-change.ts'

/** Serves a fresh entry of the store and keeps it in memory. */
export function serveHit(context: Context, cacheKey: CacheKey, found: Found<'fresh'>): FlightResult {
  const { entry, value, mark } = found
  reportHit(context, cacheKey, entry, 'store')
  if (entry.source !== context.source) reportSourceChange(context, entry, 'hit')
  // A reply may be slower than a later change, which it would undo. A change that is under way may come after the reply.
  const isOutdated =
    context.memory?.hasChanged(cacheKey.canonicalKey, mark!) !== false ||
    context.memory.mayBeDeletedAgain(entry) ||
    areChangesPending(context, cacheKey.hash)
  if (!isOutdated) context.memory.hold(cacheKey.canonicalKey, entry, value, true)
  return resultOf(found)
}

/** Counts and reports a hit. */
export function reportHit(context: Context, cacheKey: CacheKey, entry: Entry, tier: 'memory' | 'store'): void {
  const { counters, reporter } = context
  counters.hits++
  counters.savedMs += entry.durationMs ?? 0
  if (tracing.active > 0) noteCall(context, cacheKey, entry)
  if (!reporter.hasListener('hit')) return
  reporter.report('hit', {
    hash: cacheKey.hash,
    tier,
    ageMs: context.runtime.now() - entry.createdAt,
    ...(entry.durationMs !== undefined && { savedMs: entry.durationMs }),
  })
}

/** Counts and reports a hit on the flight of another call in this process. */
export function reportSharedHit(context: Context, cacheKey: CacheKey): void {
  context.counters.hits++
  context.reporter.report('hit', { hash: cacheKey.hash, tier: 'flight' })
}

/** How a wait ended. */
export type WaitOutcome = 'hit' | 'acquired' | 'timeout'

/** Counts and reports a wait for another process or call that has ended. */
export function reportWait(
  context: Context,
  { hash }: CacheKey,
  wait: { readonly waitedMs: number; readonly outcome: WaitOutcome },
): void {
  context.counters.waits++
  context.reporter.report('wait', { hash, ...wait })
}

/** Reports that the function called itself with its own key: the outermost call stores. */
export function reportRecursion(context: Context, cacheKey: CacheKey): void {
  context.reporter.report('skip', { hash: cacheKey.hash, reason: 'recursion' })
}

/** Counts and reports a write to the store. */
export function reportWrite(context: Context, { hash, payload }: Entry): void {
  countWrite(context)
  if (context.reporter.hasListener('write')) context.reporter.report('write', { hash, bytes: byteLength(payload) })
}

/** Serves an expired entry, and counts and reports that. */
export function serveStale(
  context: Context,
  cacheKey: CacheKey,
  found: Found<'stale'> | Found<'stale-if-error'>,
  reason: 'revalidate' | 'error',
): FlightResult {
  context.counters.stale++
  context.counters.savedMs += found.entry.durationMs ?? 0
  if (tracing.active > 0) noteCall(context, cacheKey, found.entry)
  context.reporter.report('stale', {
    hash: cacheKey.hash,
    reason,
    ageMs: context.runtime.now() - found.entry.createdAt,
  })
  return resultOf(found)
}

function resultOf({ entry, value }: Found<'fresh' | 'stale' | 'stale-if-error'>): FlightResult {
  return { value, payload: entry.payload, promised: entry.promised === true, createdAt: entry.createdAt }
}

/** Counts and reports a miss. */
export function* countMiss(
  context: Context,
  cacheKey: CacheKey,
  found: Exclude<LookupResult, Found<'fresh'>>,
): Steps<void> {
  context.counters.misses++
  const reason = found.kind === 'miss' ? found.reason : 'expired'
  if (context.reporter.hasListener('miss')) {
    const because = found.kind === 'miss' ? yield* context.becauseOf(cacheKey, found) : undefined
    context.reporter.report('miss', { hash: cacheKey.hash, reason, ...(because !== undefined && { because }) })
  }
  context.recordDependencies?.()
}

/** Throws for a miss in a replay, which never computes, so that it is reproducible. */
export function throwReplayMiss(context: Context, cacheKey: CacheKey): never {
  throw new ReplayMissError(
    `no stored result of ${context.namespace} for this call, and PERSIST_MODE=replay does not compute`,
    { namespace: context.namespace, hash: cacheKey.hash },
  )
}
