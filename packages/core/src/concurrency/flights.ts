import { currentFlight, type Flight, leaveLimits } from './flight.ts'

// On a well-known symbol: two copies of core count together.
const COUNT = Symbol.for('@persist/core/flights@1')
const counted = globalThis as { [COUNT]?: { begun: number } }
counted[COUNT] ??= { begun: 0 }
const count = counted[COUNT]

/** The flights of one persisted function. */
export class Flights {
  readonly #joinable = new Map<string, Flight>()
  readonly #running = new Set<Flight>()
  /** Those that go on, while later calls start their own. */
  readonly #former = new Set<Flight>()

  /** The flight that an identical call may join. */
  find(canonicalKey: string): Flight | undefined {
    return this.#joinable.get(canonicalKey)
  }

  start(canonicalKey: string, { joinable = true } = {}): Flight {
    const parent = currentFlight()
    const flight: Flight = {
      canonicalKey: canonicalKey,
      parent,
      began: count.begun++,
      ended: false,
      closed: false,
      fenced: false,
      overdue: false,
      waiters: 1,
    }
    if (parent !== undefined) {
      parent.children ??= new Set()
      parent.children.add(flight)
    }
    if (joinable) {
      const before = this.#joinable.get(canonicalKey)
      if (before !== undefined) this.#outdate(before)
      this.#joinable.set(canonicalKey, flight)
    }
    this.#running.add(flight)
    return flight
  }

  /** An ended flight may live on in the async context of what its function started, so it keeps nothing. */
  end(flight: Flight): void {
    flight.ended = true
    flight.dropLease?.()
    flight.dropLease = undefined
    leaveLimits(flight)
    flight.result = undefined
    flight.succession = undefined
    flight.parent?.children?.delete(flight)
    this.#running.delete(flight)
    this.#former.delete(flight)
    this.close(flight)
  }

  /** What runs for this key (or for any) may go on, but must not store; later calls start their own. */
  fence(canonicalKey?: string): void {
    for (const flight of this.#running) {
      if (canonicalKey !== undefined && flight.canonicalKey !== canonicalKey) continue
      flight.fenced = true
      this.close(flight)
    }
  }

  /** As {@link fence}, but only for results with this tag. */
  fenceTag(tag: string): void {
    for (const flight of this.#running) {
      flight.deletedTags ??= new Set()
      flight.deletedTags.add(tag)
      this.#outdate(flight)
    }
  }

  /** A later run of this key has begun: what runs may store, unless the later one has. */
  outdate(canonicalKey: string): void {
    for (const flight of this.#running) if (flight.canonicalKey === canonicalKey) this.#outdate(flight)
  }

  /** The writes under way for this key, or for any. */
  *writes(canonicalKey: string | undefined): Generator<Promise<unknown>> {
    for (const flight of this.#running) {
      if (flight.writing !== undefined && (canonicalKey === undefined || flight.canonicalKey === canonicalKey))
        yield flight.writing
    }
  }

  /** It has taken longer than a caller would wait: later calls start their own, and the first to end stores. */
  markOverdue(flight: Flight): void {
    flight.overdue = true
    this.#outdate(flight)
  }

  /** A run that began then has stored its result: an earlier one must not overwrite it. */
  supersede(canonicalKey: string, began: number): void {
    for (const flight of this.#former)
      if (flight.canonicalKey === canonicalKey && flight.began < began) flight.fenced = true
  }

  /** One caller no longer waits. When none does, the function is asked to stop, and no call joins any more. */
  leave(flight: Flight, reason: unknown): void {
    if (--flight.waiters > 0) return
    flight.left = { reason }
    this.close(flight)
    flight.abort?.abort(reason)
  }

  /** No call joins it any more. */
  close(flight: Flight): void {
    flight.closed = true
    if (this.#joinable.get(flight.canonicalKey) === flight) this.#joinable.delete(flight.canonicalKey)
  }

  #outdate(flight: Flight): void {
    this.#former.add(flight)
    this.close(flight)
  }
}
