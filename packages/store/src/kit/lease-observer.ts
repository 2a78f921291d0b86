import { hash as digest } from 'node:crypto'

interface Observation {
  readonly state: string
  /** By this process's own monotonic clock. */
  readonly since: number
}

/** So many leases are watched at most: about 40 MB, if all of them belong to others. */
const MOST = 200_000
/** A lease that was not asked for during two generations is no longer watched. */
const GENERATION_MS = 600_000
const SHORTEST_GENERATION_MS = 60_000
/** Short enough that V8 copies them instead of keeping the whole digest. */
const DIGEST_LETTERS = 12
/** The longest time that a lease of others holds without a sign of life, unless the asker's own lease holds longer. */
const MOST_FOREIGN_MS = 300_000

/**
 * When the leases of others were first seen as they are now. A lease that does not change for its time, by this process's
 * own monotonic clock, belongs to a dead holder; so clocks of two machines are never compared.
 *
 * A sighting is not dropped to make room for another: 100,000 leases that are asked for in turn all ripen together.
 *
 * @example
 * ```ts
 * const sightings = new Sightings()
 * sightings.unchangedFor('double:wXS1bv', 'lease 7, beat 0')   // 0
 * ```
 */
export class LeaseObserver {
  readonly #now: () => number
  readonly #most: number
  #recent = new Map<string, Observation>()
  #before = new Map<string, Observation>()
  #turned: number

  constructor(now: () => number = () => performance.now(), most = MOST) {
    this.#now = now
    this.#most = most
    this.#turned = now()
  }

  /** Whether the lease with that name was seen, and not forgotten since. */
  has(name: string): boolean {
    const short = shortened(name)
    return this.#recent.has(short) || this.#before.has(short)
  }

  /** Looks at a lease; tells for how many milliseconds its state has been the same at each look. */
  unchangedFor(name: string, state: string): number {
    const now = this.#now()
    this.#turn(now)
    const short = shortened(name)
    const seen = this.#recent.get(short) ?? this.#before.get(short)
    this.#before.delete(short)
    if (seen?.state === state) {
      this.#recent.set(short, seen)
      return now - seen.since
    }
    if (seen !== undefined || this.#hasRoom(now)) this.#recent.set(short, { state, since: now })
    return 0
  }

  /** Ends the watch over a lease that has been taken. */
  forget(name: string): void {
    const short = shortened(name)
    this.#recent.delete(short)
    this.#before.delete(short)
  }

  #turn(now: number): void {
    if (now - this.#turned < GENERATION_MS) return
    this.#before = this.#recent
    this.#recent = new Map()
    this.#turned = now
  }

  #hasRoom(now: number): boolean {
    if (this.#recent.size + this.#before.size < this.#most) return true
    // What was not asked for in the present generation makes room. What is being watched stays until it is ripe.
    if (now - this.#turned >= SHORTEST_GENERATION_MS) this.#before.clear()
    return this.#recent.size + this.#before.size < this.#most
  }
}

/**
 * How long a lease holds without a sign of life, in milliseconds, by what its record claims: the record may be damaged, or
 * written to stop a key forever. A claim that is no duration counts as the asker's own; a long one is cut.
 *
 * @example
 * ```ts
 * trustedMs(60_000, 30_000)      // 60000
 * trustedMs(1e15, 30_000)        // 300000
 * trustedMs(undefined, 30_000)   // 30000
 * ```
 */
export function trustedMs(claimed: unknown, own: number): number {
  if (typeof claimed !== 'number' || !(claimed > 0)) return own
  return Math.min(claimed, Math.max(own, MOST_FOREIGN_MS))
}

function shortened(name: string): string {
  return digest('sha256', name, 'base64url').slice(0, DIGEST_LETTERS)
}
