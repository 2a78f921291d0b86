/** The holder of a lease, as it stands in the document. */
export interface LeaseMark {
  readonly id: string
  readonly beat: number
  /** How long it holds without a new beat, by the clock of whoever watches it; `0`: the document does not say. */
  readonly ms: number
  /** For people: which process of which machine. */
  readonly holder: string
  /** The holder's function has answered with a promise, and the holder's version of this library says so. */
  readonly promised?: boolean
}

/** Longer than any id that was ever written, and short enough to be kept in memory many times. */
const LONGEST_ID = 200

/** Reads a lease field by field; `undefined` for what is no lease: then the key is free. */
export function readMark(stored: unknown): LeaseMark | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined
  const { id, beat, ms, holder, promised } = stored as Record<string, unknown>
  if (typeof id !== 'string' || id.length > LONGEST_ID) return undefined
  return {
    id,
    beat: typeof beat === 'number' ? beat : 0,
    ms: typeof ms === 'number' && ms > 0 ? ms : 0,
    holder: String(holder),
    ...(promised === true && { promised }),
  }
}
