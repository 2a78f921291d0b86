import { signOf } from '@persist/store/holder'
import { LeaseObserver, trustedMs } from '@persist/store/kit'
import type { LeaseRecord } from './lease-record.ts'

/** How many times its `ms` a lease holds whose holder runs on and renews nothing, as a synchronous function does. */
const BUSY_TIMES = 20
/** The same where only a process with its pid runs, which may be a later one. */
const LIKELY_TIMES = 10

/** Watches the leases of others by a monotonic clock of its own, so that no two clocks are ever compared. */
export class LmdbLeaseObserver {
  readonly #observer: LeaseObserver

  constructor(monotonic: () => number) {
    this.#observer = new LeaseObserver({ monotonic })
  }

  /**
   * Whether the holder has died, or shown no sign of life for the time of its lease.
   *
   * @param own How long the asker's own lease would hold, in milliseconds: see `trustedMs`.
   */
  isLost(name: string, lease: LeaseRecord, own: number): boolean {
    const sign = lease.holder === undefined ? 'silent' : signOf(lease.holder)
    if (sign === 'gone') return true
    const times = sign === 'alive' ? BUSY_TIMES : sign === 'likely' ? LIKELY_TIMES : 1
    return this.#observer.unchangedFor(name, `${lease.id} ${lease.beat}`) >= trustedMs(lease.ms, own) * times
  }

  forget(name: string): void {
    this.#observer.forget(name)
  }
}
