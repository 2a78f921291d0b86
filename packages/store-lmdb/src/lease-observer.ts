import { signOf } from '@persist/store/holder'
import { type LeaseLook, RecordObserver, type RecordObserverOptions, trustedMs } from '@persist/store/kit'
import type { LeaseRecord } from './lease-record.ts'

/** How many times its `ms` a lease holds whose holder runs on and renews nothing, as a synchronous function does. */
const BUSY_TIMES = 20
/** The same where only a process with its pid runs, which may be a later one. */
const LIKELY_TIMES = 10

/** Watches the leases of others: asks the kernel whether the holder runs, or else looks for its signs of life. */
export class LmdbLeaseObserver {
  readonly #observer: RecordObserver

  constructor(clocks: RecordObserverOptions) {
    this.#observer = new RecordObserver(clocks)
  }

  /**
   * Looks whether the holder has died, or shown no sign of life for the time of its lease.
   *
   * @param file The number of the file in which the lease lies: the holder of a copy may run, and knows nothing of it.
   * @param own How long the asker's own lease would hold, in milliseconds: see `trustedMs`.
   */
  look(name: string, lease: LeaseRecord, own: number, file?: number): LeaseLook {
    const sign = lease.holder === undefined ? 'silent' : signOf(lease.holder)
    if (sign === 'gone') return { isLost: true }
    const isCopy = lease.file !== undefined && lease.file !== file
    const times = isCopy ? 1 : sign === 'alive' ? BUSY_TIMES : sign === 'likely' ? LIKELY_TIMES : 1
    return this.#observer.look(name, lease, trustedMs(lease.ms, own) * times)
  }

  forget(name: string): void {
    this.#observer.forget(name)
  }
}
