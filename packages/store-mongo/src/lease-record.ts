import type { LeaseHolder } from '@persist/store'
import { trustedIds } from '@persist/store/holder'

/** The holder of a lease, as it stands in the document. */
export interface LeaseRecord {
  readonly id: string
  readonly beat: number
  /** How long it holds without a new beat, by the clock of whoever watches it; `0`: the document does not say. */
  readonly ms: number
  /** For people: which process of which machine. */
  readonly holder: string
  /** The holder's function has answered with a promise, and the holder's version of this library says so. */
  readonly promised?: boolean
  /** The ids of the leases that the holder waits for. */
  readonly waitsFor?: readonly string[]
}

/** Longer than any id that was ever written, and short enough to be kept in memory many times. */
const LONGEST_ID = 200

/** Reads a lease field by field; `undefined` for what is no lease: then the key is free. */
export function readLease(stored: unknown): LeaseRecord | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined
  const { id, beat, ms, holder, promised, waitsFor } = stored as Record<string, unknown>
  if (typeof id !== 'string' || id.length > LONGEST_ID) return undefined
  const ids = trustedIds(waitsFor)
  return {
    id,
    beat: typeof beat === 'number' ? beat : 0,
    ms: typeof ms === 'number' && ms > 0 ? ms : 0,
    holder: String(holder),
    ...(promised === true && { promised }),
    ...(ids.length > 0 && { waitsFor: ids }),
  }
}

/** What others may know of a lease. */
export function describe({ id, promised = false, waitsFor }: LeaseRecord): LeaseHolder {
  return { id, promised, ...(waitsFor && { waitsFor }) }
}
