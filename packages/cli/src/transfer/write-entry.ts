import type { Entry, Store, StoreAdapter } from '@persist/store'
import { isExpired } from '../entries/summary.ts'
import { decide, type Winner } from './winner.ts'

const LEASE_MS = 30_000

/** What became of an entry. `busy`: a computation of it runs in the target, and was left alone. */
export type Fate = 'copied' | 'same' | 'kept' | 'busy'

/** Where an entry goes, and by which rule. */
export interface Delivery {
  readonly target: StoreAdapter
  readonly store: Store
  readonly winner: Winner
  readonly now: number
}

/**
 * Writes an entry, where the target had `there` a moment ago. A `set` would end the lease of a computation that runs in the
 * target, and lose its result; so the entry is published by a lease of its own, as computations do it.
 */
export async function deliver(entry: Entry, there: Entry | undefined, delivery: Delivery): Promise<Fate> {
  const { target, store, winner, now } = delivery
  const fate = decide(entry, there, winner)
  if (fate !== 'copied') return fate
  if (!target.supports.lease) {
    await store.set(entry)
    return 'copied'
  }
  // Only an entry that is to win in any case, and can be served, stands above a result that is on its way.
  const steal = winner === 'source' && !isExpired(entry, now)
  const lease = await store.lease!(entry.hash, target.leaseMs ?? LEASE_MS, { steal })
  if (lease === undefined) return 'busy'
  let isOver = false
  try {
    // Something may have been published since the look.
    const fate = lease.foundNothing ? 'copied' : decide(entry, await store.get(entry.hash), winner)
    if (fate !== 'copied') return fate
    isOver = await lease.publish(entry)
    return isOver ? 'copied' : 'busy'
  } finally {
    if (!isOver) await lease.release()
  }
}
