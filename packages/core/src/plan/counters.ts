/** What `f.stats()` counts in this process. */
export interface Counters {
  hits: number
  misses: number
  stale: number
  errors: number
  waits: number
  savedMs: number
}

/** All at zero. */
export function newCounters(): Counters {
  return { hits: 0, misses: 0, stale: 0, errors: 0, waits: 0, savedMs: 0 }
}
