import type { Lease, Mode } from '@persist/store'
import { isThenable } from '../runtime/thenable.ts'
import type { Runtime } from '../types/runtime.ts'

const MOST_RESULTS = 1_000
const MOST_BYTES = 64 * 1024 * 1024
/** How many are stored at once. */
const CONCURRENCY = 8
const LONGEST_ALIVE_MS = 30_000
const ALIVE_STEP_MS = 100

/** A result that waits until its store is back. */
export interface UnsavedResult {
  /** The size of its payload. */
  readonly bytes: number
  /** How long its computation took, in milliseconds. */
  readonly durationMs: number
  /** Proves to the store that the entry was neither set nor deleted since the run began. */
  readonly lease?: Lease<Mode> | undefined
  /** The position in the order of deletions by tag at which the run began. */
  readonly mark?: string | undefined
  /** Stores it, or keeps it again. Never fails. */
  readonly store: () => unknown
  /** A later result of the call takes its place, and its lease. */
  readonly replaced?: () => void
  /** Gives it up. */
  readonly drop?: () => void
}

/**
 * The results that could not be stored since their store is unavailable. At most 1,000 of them and 64 MiB: those that took the
 * least time to compute go first.
 */
export class UnsavedResults {
  readonly #results = new Map<string, UnsavedResult>()
  #bytes = 0
  #storing = 0
  #aliveSteps = 0
  #isKeepingAlive = false

  /** Keeps a result. */
  keep(name: string, result: UnsavedResult): void {
    this.#results.set(name, result)
    this.#bytes += result.bytes
    while (this.#results.size > MOST_RESULTS || this.#bytes > MOST_BYTES) this.take(this.#cheapest())?.drop?.()
  }

  /** Removes a result. */
  take(name: string): UnsavedResult | undefined {
    const result = this.#results.get(name)
    if (result === undefined) return undefined
    this.#results.delete(name)
    this.#bytes -= result.bytes
    return result
  }

  /** Whether they are being stored. */
  get areBeingStored(): boolean {
    return this.#storing > 0
  }

  /** Stores all: over a synchronous store before it returns. */
  storeAll(): void {
    const all = this.#takeAll().values()
    const storeNext = async () => {
      this.#storing++
      for (const { store } of all) {
        const reply = store()
        if (isThenable(reply)) await reply
      }
      this.#storing--
    }
    for (let count = 0; count < CONCURRENCY; count++) void storeNext()
  }

  /**
   * Keeps the process alive while results wait, no longer than this one took to compute, and for half a minute at most: a script
   * that ends while a server restarts would lose hours of work.
   */
  async keepAlive(durationMs: number, { sleep }: Pick<Runtime, 'sleep'>): Promise<void> {
    // Counted, since the clocks that a test injects may stand still.
    this.#aliveSteps = Math.max(this.#aliveSteps, Math.ceil(Math.min(durationMs, LONGEST_ALIVE_MS) / ALIVE_STEP_MS))
    if (this.#isKeepingAlive) return
    this.#isKeepingAlive = true
    while (this.#results.size > 0 && this.#aliveSteps-- > 0) await sleep(ALIVE_STEP_MS)
    this.#isKeepingAlive = false
    this.#aliveSteps = 0
  }

  /** Gives up all. */
  dropAll(): void {
    for (const { drop } of this.#takeAll()) drop?.()
  }

  #takeAll(): UnsavedResult[] {
    const all = [...this.#results.values()]
    this.#results.clear()
    this.#bytes = 0
    return all
  }

  #cheapest(): string {
    let [name, least] = ['', Number.POSITIVE_INFINITY]
    for (const [other, { durationMs }] of this.#results)
      if (durationMs < least || name === '') [name, least] = [other, durationMs]
    return name
  }
}
