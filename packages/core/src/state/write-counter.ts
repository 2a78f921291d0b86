import type { Bounds } from '@persist/store'

/** Writes between two prunes if the bound is in bytes. */
const WRITES = 16
/** The share of `maxEntries` by which the entries may exceed it before the next prune. */
const SLACK = 0.1

/** Counts the writes of one function, and decides when its store is due for pruning. */
export class WriteCounter {
  readonly bounds: Bounds
  readonly #every: number
  /** Starts so that the first write is due, since earlier processes may have stored more than the bounds. */
  #writes: number
  #isPruning = false

  constructor(bounds: Bounds) {
    this.bounds = bounds
    this.#every = bounds.maxEntries === undefined ? WRITES : Math.max(1, Math.floor(bounds.maxEntries * SLACK))
    this.#writes = this.#every - 1
  }

  /** Counts a write. Returns `true` if the caller has to prune now, and to call {@link pruned} at the end. */
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
