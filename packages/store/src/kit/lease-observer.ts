import { sha256 } from '@persist/platform'

/** At most this many leases are watched at once: some 20 MB, if all of them belong to others. */
const MAX_WATCHED = 131_072
/** Without a look for this long, an observation may go where room is needed. */
const FORGOTTEN_AFTER_MS = 600_000
/** A longer name is kept as its digest. */
const MAX_NAME_LENGTH = 200

interface Observation {
  readonly state: string
  readonly since: number
  readonly lookedAt: number
}

/** How a {@link LeaseObserver} watches. */
export interface LeaseObserverOptions {
  /** Milliseconds that never jump. Default: `performance.now`. */
  readonly monotonic?: () => number
  /** How many leases are watched at once. Default: 131,072. */
  readonly maxWatched?: number
  /** For how long other processes have seen this name in this state, in milliseconds. Default: not known, 0. */
  readonly seenBefore?: (name: string, state: string, ms: number) => number
}

/**
 * For how long the leases of others have not changed, by a monotonic clock of this process: clocks of two machines are never
 * compared. A lease that does not change for its time belongs to a dead holder.
 *
 * Where there is no room, the new ones wait, and not the old ones: so that however many holders have died, those that are
 * watched are given up in one lease's time, and the next ones follow.
 *
 * @example
 * ```ts
 * const observer = new LeaseObserver()
 * observer.unchangedFor('double:wXS1bv', 'lease 7, beat 0')   // 0
 * ```
 */
export class LeaseObserver {
  readonly #monotonic: () => number
  readonly #maxWatched: number
  readonly #seenBefore: (name: string, state: string, ms: number) => number
  /** The one that was looked at longest ago comes first. */
  readonly #seen = new Map<string, Observation>()

  constructor({
    monotonic = () => performance.now(),
    maxWatched = MAX_WATCHED,
    seenBefore = () => 0,
  }: LeaseObserverOptions = {}) {
    this.#monotonic = monotonic
    this.#maxWatched = maxWatched
    this.#seenBefore = seenBefore
  }

  /** How many leases are watched. */
  get size(): number {
    return this.#seen.size
  }

  /** Whether the lease with this name is watched. */
  has(name: string): boolean {
    return this.#seen.has(keyOf(name))
  }

  /**
   * Looks at a lease. Returns for how many milliseconds its state has been the same at every look.
   *
   * @param ms How long its holder may be silent, for `seenBefore`.
   */
  unchangedFor(name: string, state: string, ms = 0): number {
    const now = this.#monotonic()
    const key = keyOf(name)
    const known = this.#seen.get(key)
    this.#seen.delete(key)
    if (known !== undefined) {
      const since = known.state === state ? known.since : now
      this.#seen.set(key, { state, since, lookedAt: now })
      return now - since
    }
    if (this.#seen.size >= this.#maxWatched) this.#dropForgotten(now)
    if (this.#seen.size >= this.#maxWatched) return 0
    const before = this.#seenBefore(name, state, ms)
    this.#seen.set(key, { state, since: now - before, lookedAt: now })
    return before
  }

  /** Whether the lease may have been unchanged for so long, by the last look; the next one decides. */
  mayBeUnchangedFor(name: string, ms: number): boolean {
    const known = this.#seen.get(keyOf(name))
    return known !== undefined && this.#monotonic() - known.since >= ms
  }

  /** Ends the watch over a lease that has been taken. */
  forget(name: string): void {
    this.#seen.delete(keyOf(name))
  }

  #dropForgotten(now: number): void {
    for (const [key, { lookedAt }] of this.#seen) {
      if (now - lookedAt < FORGOTTEN_AFTER_MS) return
      this.#seen.delete(key)
    }
  }
}

function keyOf(name: string): string {
  return name.length <= MAX_NAME_LENGTH ? name : sha256(name, 'base64url')
}
