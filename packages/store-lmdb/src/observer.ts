import { signOf } from '@persist/store/holder'
import type { LeaseRecord } from './lease-record.ts'

const MOST_OBSERVATIONS = 1_000
/** How many times its `ms` a lease holds whose holder runs on and renews nothing, as a synchronous function does. */
const BUSY_TIMES = 20
/** The same where only a process with its pid runs, which may be a later one. */
const LIKELY_TIMES = 10

/** Watches the leases of others by a monotonic clock of its own, so that no two clocks are ever compared. */
export class Observer {
  readonly #monotonic: () => number
  readonly #seen = new Map<string, { readonly sign: string; readonly since: number }>()

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic
  }

  /** Whether the holder has died, or shown no sign of life for the time of its lease. */
  isLost(hash: string, lease: LeaseRecord): boolean {
    const sign = signOf(lease.holder)
    if (sign === 'gone') return true
    const times = sign === 'alive' ? BUSY_TIMES : sign === 'likely' ? LIKELY_TIMES : 1
    return this.#unchangedFor(hash, `${lease.id} ${lease.beat}`) >= lease.ms * times
  }

  forget(hash: string): void {
    this.#seen.delete(hash)
  }

  #unchangedFor(hash: string, sign: string): number {
    const now = this.#monotonic()
    const before = this.#seen.get(hash)
    if (before?.sign === sign) return now - before.since
    if (this.#seen.size >= MOST_OBSERVATIONS) this.#seen.delete(this.#seen.keys().next().value!)
    this.#seen.set(hash, { sign, since: now })
    return 0
  }
}
