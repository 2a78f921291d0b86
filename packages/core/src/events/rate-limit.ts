const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000
/** How many kinds of problems are counted apart for a function; the rest share one count. */
const MAX_KINDS = 100

interface Repeated {
  /** The number of occurrences since the last report. */
  count: number
  until: number
  ms: number
}

/**
 * Limits the reports of equal problems, so that a read-only folder does not fill a log. The first is reported immediately,
 * later ones after pauses that double up to a minute, with the number of problems in between.
 */
export class RateLimit {
  readonly #monotonic: () => number
  readonly #kinds = new Map<string, Repeated>()

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic
  }

  /** Counts a problem. Returns how many problems a report stands for now; 0 means no report. */
  count(kind: string): number {
    const now = this.#monotonic()
    const key = this.#kinds.has(kind) || this.#kinds.size < MAX_KINDS ? kind : ''
    const before = this.#kinds.get(key)
    if (before === undefined) {
      this.#kinds.set(key, { count: 0, until: now + FIRST_PAUSE_MS, ms: FIRST_PAUSE_MS })
      return 1
    }
    before.count++
    if (now < before.until) return 0
    const { count } = before
    before.count = 0
    before.ms = Math.min(before.ms * 2, LONGEST_PAUSE_MS)
    before.until = now + before.ms
    return count
  }
}
