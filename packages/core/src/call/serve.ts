import { ReplayMissError } from '@persist/errors'
import type { Entry } from '@persist/store'
import type { Flight, Landing } from '../concurrency/flight.ts'
import type { Plan } from '../context.ts'
import { byteLength } from '../runtime/byte-length.ts'
import type { MissReason } from '../types/events.ts'
import type { Identity } from './cache-key.ts'
import { countWrite } from './enforce-bounds.ts'
import type { Found } from './lookup.ts'
import { tellSource } from './source-change.ts'

/** Serves a fresh entry of the store, and holds it in memory. */
export function hit(plan: Plan, identity: Identity, found: Found<'fresh'>, flight?: Flight): Landing {
  const { entry, value } = found
  tellHit(plan, identity, entry, 'store')
  if (entry.source !== plan.source) tellSource(plan, entry, 'hit')
  if (plan.memory !== undefined && flight?.fenced !== true && flight?.distrusted !== true)
    plan.memory.hold(identity.text, entry, value)
  return landed(found)
}

/** Counts and tells a hit. */
export function tellHit(plan: Plan, identity: Identity, entry: Entry, tier: 'memory' | 'store'): void {
  const { counters, reporter } = plan
  counters.hits++
  counters.savedMs += entry.durationMs ?? 0
  if (!reporter.hears('hit')) return
  reporter.tell('hit', {
    hash: identity.hash,
    tier,
    ageMs: plan.surroundings.now() - entry.createdAt,
    ...(entry.durationMs !== undefined && { savedMs: entry.durationMs }),
  })
}

/** Counts and tells a hit on what another call of this process computes. */
export function tellShared(plan: Plan, identity: Identity): void {
  plan.counters.hits++
  plan.reporter.tell('hit', { hash: identity.hash, tier: 'flight' })
}

/** Reports that the function called itself with its own key: the outermost call stores. */
export function tellRecursion(plan: Plan, identity: Identity): void {
  plan.reporter.tell('skip', { hash: identity.hash, reason: 'recursion' })
}

/** Counts and tells that an entry is in the store. */
export function wrote(plan: Plan, { hash, payload }: Entry): void {
  countWrite(plan)
  if (plan.reporter.hears('write')) plan.reporter.tell('write', { hash, bytes: byteLength(payload) })
}

/** Serves an expired entry. */
export function stale(
  plan: Plan,
  identity: Identity,
  found: Found<'stale'> | Found<'rescue'>,
  reason: 'revalidate' | 'error',
): Landing {
  plan.counters.stale++
  plan.counters.savedMs += found.entry.durationMs ?? 0
  plan.reporter.tell('stale', {
    hash: identity.hash,
    reason,
    ageMs: plan.surroundings.now() - found.entry.createdAt,
  })
  return landed(found)
}

function landed({ entry, value }: Found<'fresh' | 'stale' | 'rescue'>): Landing {
  return { value, payload: entry.payload, promised: entry.promised === true, createdAt: entry.createdAt }
}

/** Counts and tells a miss. */
export function miss(plan: Plan, identity: Identity, reason: MissReason): void {
  plan.counters.misses++
  plan.reporter.tell('miss', { hash: identity.hash, reason })
}

/** A replayed run is to be reproducible: it never computes. */
export function replay(plan: Plan, identity: Identity): never {
  throw new ReplayMissError(
    `no stored result of ${plan.namespace} for this call, and PERSIST_MODE=replay does not compute`,
    { namespace: plan.namespace, hash: identity.hash },
  )
}
