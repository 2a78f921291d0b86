import type { Flight, RunLimit } from './flight.ts'
import { checkSoon, unregister } from './stuck-limits.ts'

/**
 * Limits the concurrent runs of a function in this process. Each run holds a slot; further runs are queued. Runs that began
 * within a run of a persisted function come first, since that run waits for them.
 */
export class Limit implements RunLimit {
  readonly max: number
  /** The runs that hold a slot: more than `max` only if they would otherwise wait for each other forever. */
  readonly holders = new Set<Flight>()
  readonly #begunInRuns = new Map<Flight, () => void>()
  readonly #others = new Map<Flight, () => void>()

  constructor(max: number) {
    this.max = max
  }

  get isFull(): boolean {
    return this.holders.size >= this.max
  }

  /** Takes a slot. Returns a promise if the run has to wait for one. */
  enter(flight: Flight): undefined | Promise<void> {
    if (!this.isFull) {
      this.holders.add(flight)
      return undefined
    }
    const queue = flight.parent === undefined ? this.#others : this.#begunInRuns
    return new Promise((resolve) => {
      queue.set(flight, resolve)
      flight.queuedAt = this
      checkSoon(this)
    })
  }

  /** Passes the slot on to the next queued run. */
  leave(flight: Flight): void {
    if (!this.holders.delete(flight)) return
    // A run admitted beyond the limit frees no slot. The remaining holders may all be waiting.
    const next = first(this.#begunInRuns) ?? first(this.#others)
    if (next === undefined) return
    if (this.isFull) checkSoon(this)
    else this.admit(next)
  }

  /** The queued runs, in order. */
  *queue(): Generator<Flight> {
    yield* this.#begunInRuns.keys()
    yield* this.#others.keys()
  }

  /** Lets a queued run start. */
  admit(flight: Flight): void {
    const resolve = this.#begunInRuns.get(flight) ?? this.#others.get(flight)
    this.#begunInRuns.delete(flight)
    this.#others.delete(flight)
    flight.queuedAt = undefined
    if (this.#begunInRuns.size + this.#others.size === 0) unregister(this)
    this.holders.add(flight)
    resolve!()
  }
}

function first(queue: ReadonlyMap<Flight, unknown>): Flight | undefined {
  return queue.keys().next().value
}
