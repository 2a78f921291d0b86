import type { Flight, RunLimit } from './flight.ts'
import { checkSoon, leaveCrowd } from './stuck-limits.ts'

/**
 * How many runs of a function may go on at once in this process. A run holds a place; the next ones stand in line. Those
 * that began in a run of a persisted function come first, since that run waits for them.
 */
export class Limit implements RunLimit {
  readonly max: number
  /** The runs that go on. More than `max` only where they would wait for each other forever. */
  readonly holders = new Set<Flight>()
  readonly #begunInRuns = new Map<Flight, () => void>()
  readonly #others = new Map<Flight, () => void>()

  constructor(max: number) {
    this.max = max
  }

  get isFull(): boolean {
    return this.holders.size >= this.max
  }

  /** Takes a place; the answer is a promise where there is none yet. */
  enter(flight: Flight): undefined | Promise<void> {
    if (!this.isFull) {
      this.holders.add(flight)
      return undefined
    }
    const line = flight.parent === undefined ? this.#others : this.#begunInRuns
    return new Promise((resolve) => {
      line.set(flight, resolve)
      flight.queuedAt = this
      checkSoon(this)
    })
  }

  /** Gives the place to the next in line. */
  leave(flight: Flight): void {
    if (!this.holders.delete(flight)) return
    // One that was let in beyond the limit leaves no place behind. Those that are left may all be waiting.
    const next = first(this.#begunInRuns) ?? first(this.#others)
    if (next === undefined) return
    if (this.isFull) checkSoon(this)
    else this.admit(next)
  }

  /** The runs in line. */
  *queue(): Generator<Flight> {
    yield* this.#begunInRuns.keys()
    yield* this.#others.keys()
  }

  /** Lets a run in line go on. */
  admit(flight: Flight): void {
    const resolve = this.#begunInRuns.get(flight) ?? this.#others.get(flight)
    this.#begunInRuns.delete(flight)
    this.#others.delete(flight)
    flight.queuedAt = undefined
    if (this.#begunInRuns.size + this.#others.size === 0) leaveCrowd(this)
    this.holders.add(flight)
    resolve!()
  }
}

function first(line: ReadonlyMap<Flight, unknown>): Flight | undefined {
  return line.keys().next().value
}
