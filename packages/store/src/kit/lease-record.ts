import type { LeaseHolder } from '../contract.ts'
import { readSeen, type Seen } from './seen.ts'
import { isTrustedId, trustedIds } from './trusted.ts'

/** A lease as a store keeps it beside the entries, for the processes that ask for it. */
export interface LeaseRecord {
  /** Distinguishes this lease from every other. */
  readonly id: string
  /** How long it holds without a sign of life, in milliseconds; `0`: the record does not say. */
  readonly ms: number
  /** Counts the renewals: a sign of life that needs no clock in common. */
  readonly beat: number
  /** The holder's function has answered with a promise. */
  readonly promised?: boolean
  /** The ids of the leases that the holder waits for. */
  readonly waitsFor?: readonly string[]
  /** What processes that do not get the lease have seen of it: see `RecordObserver`. */
  readonly seen?: Seen
}

/**
 * Reads a lease field by field. `undefined`: this is no lease, so the key is free.
 *
 * @example
 * ```ts
 * readLeaseRecord({ id: 'a', ms: 30_000, beat: 2 })   // { id: 'a', ms: 30000, beat: 2 }
 * readLeaseRecord({ ms: 30_000 })                     // undefined
 * ```
 */
export function readLeaseRecord(found: unknown): LeaseRecord | undefined {
  if (typeof found !== 'object' || found === null) return undefined
  const { id, ms, beat: foundBeat, promised, waitsFor, seen: foundSeen } = found as Readonly<Record<string, unknown>>
  if (!isTrustedId(id)) return undefined
  const ids = trustedIds(waitsFor)
  const beat = typeof foundBeat === 'number' ? foundBeat : 0
  const seen = readSeen(foundSeen, beat)
  return {
    id,
    ms: typeof ms === 'number' && ms > 0 ? ms : 0,
    beat,
    ...(promised === true && { promised }),
    ...(ids.length > 0 && { waitsFor: ids }),
    ...(seen && { seen }),
  }
}

/** What a store says of a lease to a process that is refused it: for `LeaseOptions.onHeld`. */
export function leaseHolder({ id, promised = false, waitsFor }: LeaseRecord): LeaseHolder {
  return { id, promised, ...(waitsFor && { waitsFor }) }
}
