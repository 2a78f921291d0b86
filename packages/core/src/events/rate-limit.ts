const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000
/** How many kinds of problem are distinguished for a function; the rest share one. */
const MOST_KINDS = 100

interface Repeated {
  /** How often it has happened since it was last reported. */
  count: number
  until: number
  ms: number
}

/**
 * Lets the first of equal problems through at once, and then one after a pause that doubles up to a minute, with the
 * number of those in between: a folder that cannot be written must not fill a log.
 */
export class RateLimit {
  readonly #monotonic: () => number
  readonly #kinds = new Map<string, Repeated>()

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic
  }

  /** How many problems a report of this one stands for; 0: do not report it now. */
  count(kind: string): number {
    const now = this.#monotonic()
    const key = this.#kinds.has(kind) || this.#kinds.size < MOST_KINDS ? kind : ''
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
