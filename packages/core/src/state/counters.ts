/** What `f.stats()` counts in this process. */
export interface Counters {
  hits: number
  misses: number
  stale: number
  /** Runs of the function that threw or rejected. */
  errors: number
  /** Trouble with the store, with an entry or with an option that was asked. */
  problems: number
  waits: number
  savedMs: number
}

/** All at zero. */
export function newCounters(): Counters {
  return { hits: 0, misses: 0, stale: 0, errors: 0, problems: 0, waits: 0, savedMs: 0 }
}
