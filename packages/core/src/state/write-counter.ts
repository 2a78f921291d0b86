import type { Bounds } from '@persist/store'

/** Writes between two looks, where the bound is in bytes. */
const WRITES = 16
/** A function may have this much more than `maxEntries` until the next look. */
const SLACK = 0.1

/** Counts the writes of one function, and says when its store is due to be pruned. */
export class WriteCounter {
  readonly bounds: Bounds
  readonly #every: number
  /** The first write is due, too: others may have left much. */
  #writes: number
  #isPruning = false

  constructor(bounds: Bounds) {
    this.bounds = bounds
    this.#every = bounds.maxEntries === undefined ? WRITES : Math.max(1, Math.floor(bounds.maxEntries * SLACK))
    this.#writes = this.#every - 1
  }

  /** Counts a write. `true`: prune now, and call {@link pruned} at the end. */
  isDue(): boolean {
    if (++this.#writes < this.#every || this.#isPruning) return false
    this.#writes = 0
    this.#isPruning = true
    return true
  }

  pruned(): void {
    this.#isPruning = false
  }
}
