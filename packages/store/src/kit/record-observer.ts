import type { BootClock } from '../holder.ts'
import { LeaseObserver } from './lease-observer.ts'
import type { LeaseRecord } from './lease-record.ts'
import { type Seen, silenceIn, withSilence } from './seen.ts'
import { lookAgain, silentFor } from './silence.ts'

/** A process notes what it has seen after it has waited for this part of the lease's time: most leases end earlier. */
const NOTED_AFTER = 1 / 30
/** A process notes one lease in this time: with many dead leases the notes would take longer than the wait. */
const LEAST_REST_MS = 20

/** What a look at a lease has shown. */
export interface LeaseLook {
  /** The holder has died: it has been silent for its time. */
  readonly isLost: boolean
  /** What the store should write into the record as `seen`, if the record still has this `id` and `beat`. */
  readonly seen?: Seen
}

/** How a {@link RecordObserver} watches. */
export interface RecordObserverOptions {
  /** Milliseconds that never jump. Default: `performance.now`. */
  readonly monotonic?: () => number
  /** The clock that all processes of the machine share: `bootClock` of `@persist/store/holder`. Default: there is none. */
  readonly shared?: () => BootClock | undefined
}

/**
 * Watches leases that a store keeps as {@link LeaseRecord}s. A process gives up a lease that has not changed for its time,
 * by its own monotonic clock. Processes of one machine that each live for a shorter time add up what they have seen, in the
 * record itself, by the clock that they share. The clocks of two machines are never compared.
 *
 * @example
 * ```ts
 * const observer = new RecordObserver({ shared: bootClock })
 * observer.look('double:wXS1bv', { id: 'a', ms: 30_000, beat: 0 }, 30_000)   // { isLost: false }
 * ```
 */
export class RecordObserver {
  readonly #observer: LeaseObserver
  readonly #monotonic: () => number
  readonly #shared: () => BootClock | undefined
  #noted = Number.NEGATIVE_INFINITY

  constructor({ monotonic = () => performance.now(), shared = () => undefined }: RecordObserverOptions = {}) {
    this.#observer = new LeaseObserver({ monotonic })
    this.#monotonic = monotonic
    this.#shared = shared
  }

  /** Whether the lease with this name is watched. */
  has(name: string): boolean {
    return this.#observer.has(name)
  }

  /** Ends the watch over a lease that has been taken. */
  forget(name: string): void {
    this.#observer.forget(name)
  }

  /**
   * Looks at a lease.
   *
   * @param ms How long its holder may be silent: see `trustedMs`.
   */
  look(name: string, { id, beat, seen }: LeaseRecord, ms: number): LeaseLook {
    const watched = this.#observer.unchangedFor(name, `${id} ${beat}`)
    if (watched >= ms) return { isLost: true }
    const isDue = watched >= ms * NOTED_AFTER && this.#monotonic() - this.#noted >= LEAST_REST_MS
    if (!isDue && seen === undefined) return { isLost: false }
    const clock = this.#shared()
    const now = clock?.now()
    if (clock === undefined || now === undefined) return { isLost: false }
    const known = silenceIn(seen, clock.boot, now)
    const noted = isDue ? lookAgain(known, now, ms, watched) : undefined
    const silence = noted ?? known
    if (silence !== undefined && silentFor(silence, now) >= ms) return { isLost: true }
    if (noted === undefined) return { isLost: false }
    this.#noted = this.#monotonic()
    return { isLost: false, seen: withSilence(seen, beat, clock.boot, noted) }
  }
}
