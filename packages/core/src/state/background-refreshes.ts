import type { Flight } from '../concurrency/flight.ts'
import type { Flights } from '../concurrency/flights.ts'
import { makeRoom } from './few-keys.ts'

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/** A background refresh under way. */
interface Running {
  readonly flight: Flight
  readonly since: number
}

interface RefreshTerms {
  readonly flights: Flights
  /** In milliseconds. */
  readonly waitTimeout: number
}

/** The background refreshes of one persisted function, and how long a key that failed is left alone. */
export class Refreshes {
  readonly #running = new Map<string, Running>()
  readonly #pauses = new Map<string, { readonly until: number; readonly ms: number }>()
  readonly #held = new Map<string, { readonly by: string; readonly since: number }>()

  /** Not while one runs; but one that takes longer than `waitTimeout` stops no other. */
  mayStart({ flights, waitTimeout }: RefreshTerms, text: string, now: number): boolean {
    const one = this.#running.get(text)
    if (one !== undefined && now - one.since < waitTimeout) return false
    if (one !== undefined) flights.giveUpOn(one.flight)
    return now >= (this.#pauses.get(text)?.until ?? 0)
  }

  start(text: string, one: Running): void {
    this.#running.set(text, one)
  }

  end(text: string, one: Running): void {
    if (this.#running.get(text) === one) this.#running.delete(text)
  }

  succeeded(text: string): void {
    this.#pauses.delete(text)
    this.#held.delete(text)
  }

  failed(text: string, now: number): void {
    const ms = Math.min((this.#pauses.get(text)?.ms ?? FIRST_PAUSE_MS / 2) * 2, LONGEST_PAUSE_MS)
    makeRoom(this.#pauses)
    this.#pauses.set(text, { until: now + ms, ms })
  }

  /** For how long refreshes of this process have found the same lease, in milliseconds. */
  heldFor(text: string, by: string, now: number): number {
    const before = this.#held.get(text)
    if (before?.by === by) return now - before.since
    makeRoom(this.#held)
    this.#held.set(text, { by, since: now })
    return 0
  }
}
