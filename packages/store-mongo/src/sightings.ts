import type { LeaseMark } from './document.ts'

interface Sighting {
  readonly id: string
  readonly beat: number
  readonly since: number
}

const MOST = 10_000

/**
 * When the leases of others were first seen as they are now. One that does not change for its time, by this process's
 * own clock, belongs to a holder that is gone; no two machines' clocks are ever compared.
 */
export class Sightings {
  readonly #seen = new Map<string, Sighting>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  has(id: string): boolean {
    return this.#seen.has(id)
  }

  /** Looks at a lease; `true`: it has been as it is for longer than it holds. */
  isDead(id: string, lease: LeaseMark): boolean {
    const seen = this.#seen.get(id)
    const now = this.#now()
    if (seen !== undefined && seen.id === lease.id && seen.beat === lease.beat) return now - seen.since >= lease.ms
    this.#seen.delete(id)
    this.#seen.set(id, { id: lease.id, beat: lease.beat, since: now })
    if (this.#seen.size > MOST) this.#seen.delete(this.#seen.keys().next().value!)
    return false
  }

  forget(id: string): void {
    this.#seen.delete(id)
  }
}
