import type { Entry, Store, StoreAdapter } from '@persist/store'
import { isExpired } from '../entries/summary.ts'
import { takeLease } from '../stores/take-lease.ts'
import { decide, type Winner } from './winner.ts'

/** The outcome for an entry. `busy`: the target is computing it now, so it was left alone. */
export type WriteOutcome = 'copied' | 'same' | 'kept' | 'busy'

/** Where entries are written, and by which rule. */
export interface WriteTarget {
  readonly target: StoreAdapter
  readonly store: Store
  readonly winner: Winner
  readonly now: number
}

/**
 * Writes an entry. The target had the entry `there` a moment ago. A `set` would end the lease of a computation that runs in
 * the target and lose its result, so the entry is published with its own lease, as a computed result is.
 */
export async function writeEntry(
  entry: Entry,
  there: Entry | undefined,
  destination: WriteTarget,
): Promise<WriteOutcome> {
  const { target, store, winner, now } = destination
  const outcome = decide(entry, there, winner)
  if (outcome !== 'copied') return outcome
  if (!target.supports.lease) {
    // Without leases another write may still come between this look and the next step, but not since the batch was read.
    const outcome = decide(entry, await store.get(entry.hash), winner)
    if (outcome === 'copied') await store.set(entry)
    return outcome
  }
  // Only a fresh entry that must win in any case replaces a result that is being computed.
  const steal = winner === 'source' && !isExpired(entry, now)
  const lease = await takeLease(target, store, entry.hash, { steal })
  if (lease === undefined) return 'busy'
  let isOver = false
  try {
    // Another entry may have been published since the target was read.
    const outcome = lease.foundNothing ? 'copied' : decide(entry, await store.get(entry.hash), winner)
    if (outcome !== 'copied') return outcome
    isOver = await lease.publish(entry)
    return isOver ? 'copied' : 'busy'
  } finally {
    if (!isOver) await lease.release()
  }
}
