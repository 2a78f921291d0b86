import type { Flight } from '../concurrency/flight.ts'

/** One consumer of an iteration. */
export interface Consumer {
  /** The signals at which it leaves. */
  readonly signals: readonly AbortSignal[]
  /** Starts an iteration of its own, for a consumer that cannot follow. */
  readonly alone: () => AsyncGenerator<unknown>
}

/** A running iteration, which identical calls may follow. */
export interface Broadcast {
  readonly flight: Flight
  /** All chunks from the first on. */
  follow(consumer: Consumer): AsyncGenerator<unknown>
}

/** The iterations of one persisted function that are under way. */
export class Broadcasts {
  readonly #running = new Map<string, Broadcast>()
  readonly #watches = new Map<string, Set<Watch>>()

  /** The one that an identical call may follow. */
  find(text: string): Broadcast | undefined {
    const broadcast = this.#running.get(text)
    return broadcast === undefined || broadcast.flight.closed ? undefined : broadcast
  }

  start(text: string, broadcast: Broadcast): void {
    this.#running.set(text, broadcast)
  }

  /** Whether one with this key ends from now on. */
  watch(text: string): Watch {
    const watches = this.#watches.get(text) ?? new Set<Watch>()
    const watch: Watch = {
      hasEnded: false,
      stop: () => {
        watches.delete(watch)
        if (watches.size === 0 && this.#watches.get(text) === watches) this.#watches.delete(text)
      },
    }
    watches.add(watch)
    this.#watches.set(text, watches)
    return watch
  }

  end(text: string, broadcast: Broadcast): void {
    for (const watch of this.#watches.get(text) ?? []) watch.hasEnded = true
    if (this.#running.get(text) === broadcast) this.#running.delete(text)
  }
}

interface Watch {
  hasEnded: boolean
  readonly stop: () => void
}
