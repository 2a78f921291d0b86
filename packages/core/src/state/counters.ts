/** The counts of one persisted function in this process: see `f.counters`. */
export interface Counters {
  hits: number
  misses: number
  stale: number
  /** Runs of the function that threw or rejected. */
  errors: number
  /** Failures of the store, of an entry or of an option that was called. */
  problems: number
  /** Waits that have ended, for another process, or for a call that took as long as `waitTimeout`. */
  waits: number
  savedMs: number
}

/** Counters at zero. */
export function newCounters(): Counters {
  return { hits: 0, misses: 0, stale: 0, errors: 0, problems: 0, waits: 0, savedMs: 0 }
}
