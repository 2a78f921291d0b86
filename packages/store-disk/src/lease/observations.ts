/** So many leases can be watched at once: some 20 MB where all of them are. */
export const MOST_WATCHED = 131_072
/** After so long without a look an observation may go, where room is needed. */
const FORGOTTEN_AFTER = 600_000

interface Observation {
  stamp: string
  since: number
  lookedAt: number
}

/** For how long former processes have seen a name with that stamp, in milliseconds. */
type SeenBefore = (name: string, stamp: string, ms: number) => number

/**
 * How long the signs of life of others have stayed the same, by a monotonic clock of one's own: no two clocks are ever
 * compared. Where there is no room, the new ones wait, and not the old ones: so that however many holders have died, those
 * that are watched are given up in one lease's time, and the next ones follow.
 */
export class Observations {
  readonly #monotonic: () => number
  readonly #most: number
  readonly #seenBefore: SeenBefore
  /** The one that was looked at longest ago comes first. */
  readonly #seen = new Map<string, Observation>()

  constructor(monotonic: () => number, most = MOST_WATCHED, seenBefore: SeenBefore = () => 0) {
    this.#monotonic = monotonic
    this.#most = most
    this.#seenBefore = seenBefore
  }

  get size(): number {
    return this.#seen.size
  }

  /**
   * For how long, in milliseconds, this name has had this stamp at every look.
   *
   * @param ms how long its holder may be silent
   */
  unchangedFor(name: string, stamp: string, ms: number): number {
    const now = this.#monotonic()
    const known = this.#seen.get(name)
    this.#seen.delete(name)
    if (known !== undefined) {
      const since = known.stamp === stamp ? known.since : now
      this.#seen.set(name, { stamp, since, lookedAt: now })
      return now - since
    }
    if (this.#seen.size >= this.#most) this.#dropForgotten(now)
    if (this.#seen.size >= this.#most) return 0
    const before = this.#seenBefore(name, stamp, ms)
    this.#seen.set(name, { stamp, since: now - before, lookedAt: now })
    return before
  }

  /** Whether this name may have been unchanged for so long: a look decides. */
  mayBeUnchangedFor(name: string, ms: number): boolean {
    const known = this.#seen.get(name)
    return known !== undefined && this.#monotonic() - known.since >= ms
  }

  forget(name: string): void {
    this.#seen.delete(name)
  }

  #dropForgotten(now: number): void {
    for (const [name, { lookedAt }] of this.#seen) {
      if (now - lookedAt < FORGOTTEN_AFTER) return
      this.#seen.delete(name)
    }
  }
}
