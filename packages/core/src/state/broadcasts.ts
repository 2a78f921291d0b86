import type { Flight } from '../concurrency/flight.ts'

/** One consumer of an iteration. */
export interface Consumer {
  /** The signals that make it leave. */
  readonly signals: readonly AbortSignal[]
  /** Starts an iteration of its own, for a consumer that cannot follow. */
  readonly alone: () => AsyncGenerator<unknown>
}

/** A running iteration that identical calls may follow. */
export interface Broadcast {
  readonly flight: Flight
  /** The payload of all its chunks, if it has ended and they have one. */
  readonly payload: string | Uint8Array | undefined
  /** Iterates over all chunks, from the first on. */
  follow(consumer: Consumer): AsyncGenerator<unknown>
}

/** The running iterations of one persisted function. */
export class Broadcasts {
  readonly #running = new Map<string, Broadcast>()
  readonly #watches = new Map<string, Set<Watch>>()

  /** The iteration that an identical call may follow. */
  find(canonicalKey: string): Broadcast | undefined {
    const broadcast = this.#running.get(canonicalKey)
    return broadcast === undefined || broadcast.flight.closed ? undefined : broadcast
  }

  start(canonicalKey: string, broadcast: Broadcast): void {
    this.#running.set(canonicalKey, broadcast)
  }

  /** Watches whether an iteration with this key ends from now on. */
  watch(canonicalKey: string): Watch {
    const watches = this.#watches.get(canonicalKey) ?? new Set<Watch>()
    const watch: Watch = {
      hasEnded: false,
      stop: () => {
        watches.delete(watch)
        if (watches.size === 0 && this.#watches.get(canonicalKey) === watches) this.#watches.delete(canonicalKey)
      },
    }
    watches.add(watch)
    this.#watches.set(canonicalKey, watches)
    return watch
  }

  end(canonicalKey: string, broadcast: Broadcast): void {
    for (const watch of this.#watches.get(canonicalKey) ?? []) watch.hasEnded = true
    if (this.#running.get(canonicalKey) === broadcast) this.#running.delete(canonicalKey)
  }
}

interface Watch {
  hasEnded: boolean
  readonly stop: () => void
}
