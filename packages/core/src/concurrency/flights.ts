import { currentFlight, type Flight, leaveLimits } from './flight.ts'

/** The flights of one persisted function. */
export class Flights {
  readonly #joinable = new Map<string, Flight>()
  readonly #running = new Set<Flight>()
  readonly #overdue = new Set<Flight>()

  /** The flight that an identical call may join. */
  find(text: string): Flight | undefined {
    return this.#joinable.get(text)
  }

  start(text: string, { joinable = true } = {}): Flight {
    const parent = currentFlight()
    const flight: Flight = {
      text,
      parent,
      ended: false,
      fenced: false,
      overdue: false,
      distrusted: false,
      waiters: 1,
    }
    if (parent !== undefined) {
      parent.children ??= new Set()
      parent.children.add(flight)
    }
    if (joinable) this.#joinable.set(text, flight)
    this.#running.add(flight)
    return flight
  }

  /** An ended flight may live on in the async context of what its function started, so it keeps nothing. */
  end(flight: Flight): void {
    flight.ended = true
    flight.dropLease?.()
    flight.dropLease = undefined
    leaveLimits(flight)
    flight.landing = undefined
    flight.parent?.children?.delete(flight)
    this.#running.delete(flight)
    this.#overdue.delete(flight)
    this.close(flight)
  }

  /** What runs for this key (or for any) may go on, but must not store; later calls start their own. */
  fence(text?: string): void {
    for (const flight of this.#running) {
      if (text !== undefined && flight.text !== text) continue
      flight.fenced = true
      this.close(flight)
    }
  }

  /** The writes under way for this key, or for any. */
  *writes(text: string | undefined): Generator<Promise<unknown>> {
    for (const flight of this.#running) {
      if (flight.writing !== undefined && (text === undefined || flight.text === text)) yield flight.writing
    }
  }

  /** It has taken longer than a caller would wait: later calls start their own, and the first to end stores. */
  giveUpOn(flight: Flight): void {
    flight.overdue = true
    this.#overdue.add(flight)
    this.close(flight)
  }

  /** A result was stored: what is overdue must not overwrite it. */
  supersede(text: string): void {
    for (const flight of this.#overdue) if (flight.text === text) flight.fenced = true
  }

  /** What runs for this key (or for any) may have read what is gone now. */
  distrust(text?: string): void {
    for (const flight of this.#running) {
      if (text === undefined || flight.text === text) flight.distrusted = true
    }
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
    if (this.#joinable.get(flight.text) === flight) this.#joinable.delete(flight.text)
  }
}
