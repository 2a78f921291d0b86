import type { Flight } from '../concurrency/flight.ts'
import type { Flights } from '../concurrency/flights.ts'
import { evictOldestKey } from './few-keys.ts'

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/** A background refresh under way. */
interface Running {
  readonly flight: Flight
  readonly since: number
}

interface RefreshRules {
  readonly flights: Flights
  /** In milliseconds. */
  readonly waitTimeout: number
}

/** The background refreshes of one persisted function, and the pauses after failed ones. */
export class BackgroundRefreshes {
  readonly #running = new Map<string, Running>()
  readonly #pauses = new Map<string, { readonly until: number; readonly ms: number }>()
  readonly #held = new Map<string, { readonly by: string; readonly since: number }>()

  /** Whether no refresh of the key runs or pauses. A refresh that takes longer than `waitTimeout` does not count. */
  mayStart({ flights, waitTimeout }: RefreshRules, canonicalKey: string, now: number): boolean {
    const refresh = this.#running.get(canonicalKey)
    if (refresh !== undefined && now - refresh.since < waitTimeout) return false
    if (refresh !== undefined) flights.markOverdue(refresh.flight)
    return now >= (this.#pauses.get(canonicalKey)?.until ?? 0)
  }

  start(canonicalKey: string, refresh: Running): void {
    this.#running.set(canonicalKey, refresh)
  }

  end(canonicalKey: string, refresh: Running): void {
    if (this.#running.get(canonicalKey) === refresh) this.#running.delete(canonicalKey)
  }

  succeeded(canonicalKey: string): void {
    this.#pauses.delete(canonicalKey)
    this.#held.delete(canonicalKey)
  }

  failed(canonicalKey: string, now: number): void {
    const ms = Math.min((this.#pauses.get(canonicalKey)?.ms ?? FIRST_PAUSE_MS / 2) * 2, LONGEST_PAUSE_MS)
    evictOldestKey(this.#pauses)
    this.#pauses.set(canonicalKey, { until: now + ms, ms })
  }

  /** For how long refreshes of this process have found the same lease held, in milliseconds. */
  heldFor(canonicalKey: string, by: string, now: number): number {
    const before = this.#held.get(canonicalKey)
    if (before?.by === by) return now - before.since
    evictOldestKey(this.#held)
    this.#held.set(canonicalKey, { by, since: now })
    return 0
  }
}
