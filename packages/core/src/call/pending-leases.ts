import type { Steps } from '../concurrency/sync-or-async.ts'
import { wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import type { CacheKey } from './cache-key.ts'
import { leaseNameOf } from './own-leases.ts'

type Pending = Map<string, Set<Promise<void>>>

// On well-known symbols: flights of two copies of core in one process take the lease from each other.
const REQUESTS = Symbol.for('@persist/core/requests@1')
const TAKEOVERS = Symbol.for('@persist/core/takeovers@2')
const shared = globalThis as { [REQUESTS]?: Pending; [TAKEOVERS]?: Pending }
shared[REQUESTS] ??= new Map()
shared[TAKEOVERS] ??= new Map()
/** The requests for a free lease to which the store has not replied. */
const requests = shared[REQUESTS]
/** The refreshes that are taking a lease, one after the other: each must know which run of this thread has it. */
const takeovers = shared[TAKEOVERS]

/** Requests a lease that may be free. A refresh that would take it waits for the reply. */
export function duringRequest<T>(context: Context, cacheKey: CacheKey, act: () => Steps<T>): Steps<T> {
  return noted(requests, context, cacheKey, act)
}

/** Takes a lease for a refresh, while no other flight of this thread requests or takes it. */
export function* duringTakeover<T>(context: Context, cacheKey: CacheKey, act: () => Steps<T>): Steps<T> {
  yield* otherRequests(context, cacheKey)
  return yield* noted(takeovers, context, cacheKey, act)
}

/**
 * Begins to write a result without a lease, which would end the lease of a refresh: a refresh that takes it later waits. Returns a
 * function that ends it.
 */
export function* beginUnleasedWrite(context: Context, cacheKey: CacheKey): Steps<() => void> {
  if (context.adapter.mode === 'sync') return () => {}
  yield* otherRequests(context, cacheKey)
  return begin(requests, leaseNameOf(context, cacheKey))
}

/** Waits for the other flights of this thread that request the lease or take it. */
function* otherRequests(context: Context, cacheKey: CacheKey): Steps<void> {
  const name = leaseNameOf(context, cacheKey)
  for (let others = pendingOf(name); others.length > 0; others = pendingOf(name)) yield* wait(Promise.all(others))
}

/** Waits for the refreshes that are taking the lease: then it is known which run of this thread has it. */
export function* otherTakeovers(context: Context, cacheKey: CacheKey): Steps<void> {
  const name = leaseNameOf(context, cacheKey)
  for (let others = takeovers.get(name); others !== undefined; others = takeovers.get(name)) {
    yield* wait(Promise.all(others))
  }
}

function* noted<T>(pending: Pending, context: Context, cacheKey: CacheKey, act: () => Steps<T>): Steps<T> {
  // Over a sync store nothing pauses, so what is under way there has called the code that asks.
  if (context.adapter.mode === 'sync') return yield* act()
  const end = begin(pending, leaseNameOf(context, cacheKey))
  try {
    return yield* act()
  } finally {
    end()
  }
}

function begin(pending: Pending, name: string): () => void {
  let settle = () => {}
  const ended = new Promise<void>((resolve) => {
    settle = resolve
  })
  const all = pending.get(name) ?? new Set()
  pending.set(name, all.add(ended))
  return () => {
    all.delete(ended)
    if (all.size === 0) pending.delete(name)
    settle()
  }
}

function pendingOf(name: string): readonly Promise<void>[] {
  return [...(takeovers.get(name) ?? []), ...(requests.get(name) ?? [])]
}
