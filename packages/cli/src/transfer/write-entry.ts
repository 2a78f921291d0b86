import type { Entry, Store, StoreAdapter } from '@persist/store'
import { isExpired } from '../summary.ts'
import { decide, type Winner } from './winner.ts'

const LEASE_MS = 30_000

/** The result for an entry. `busy`: it was left out, because the target computes it at the moment. */
export type TransferOutcome = 'copied' | 'same' | 'kept' | 'busy'

/** The target of an entry, and the rule for conflicts. */
export interface Destination {
  readonly target: StoreAdapter
  readonly store: Store
  readonly winner: Winner
  readonly now: number
}

/**
 * Writes an entry. `there` is the entry that the target had a moment ago. A `set` would end the lease of a computation in the
 * target and lose its result, so this publishes the entry with its own lease, as a computation does.
 */
export async function writeEntry(
  entry: Entry,
  there: Entry | undefined,
  destination: Destination,
): Promise<TransferOutcome> {
  const { target, store, winner, now } = destination
  const outcome = decide(entry, there, winner)
  if (outcome !== 'copied') return outcome
  if (!target.supports.lease) {
    await store.set(entry)
    return 'copied'
  }
  // Only an entry that must win and is not expired has priority over a running computation.
  const steal = winner === 'source' && !isExpired(entry, now)
  const lease = await store.lease!(entry.hash, target.leaseMs ?? LEASE_MS, { steal })
  if (lease === undefined) return 'busy'
  let isOver = false
  try {
    // Another process may have published an entry since then.
    const outcome = lease.foundNothing ? 'copied' : decide(entry, await store.get(entry.hash), winner)
    if (outcome !== 'copied') return outcome
    isOver = await lease.publish(entry)
    return isOver ? 'copied' : 'busy'
  } finally {
    if (!isOver) await lease.release()
  }
}
