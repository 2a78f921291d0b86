import type { MongoClient } from 'mongodb'
import { OutOfPatience } from './patience.ts'

/** How much longer than for an answer one waits to be let in: behind others, who are being answered. */
const QUEUE_PATIENCE = 4
/** The driver's own default. */
const POOL_SIZE = 100

interface Queued {
  readonly enter: () => void
  readonly turnAway: (error: Error) => void
}

/** A gate that lets in as many as the client has connections for. */
export function gateOf({ options }: MongoClient): Gate {
  return new Gate(options?.maxPoolSize || POOL_SIZE)
}

/**
 * Lets in only so many at a time, in order. The wait for the server begins behind the gate, lest a thousand callers at
 * once take their own queue for a server that is silent.
 */
export class Gate {
  readonly #places: number
  readonly #queue = new Set<Queued>()
  #inside = 0

  constructor(places: number) {
    this.#places = places
  }

  /** Does it behind the gate. Fails if it takes far more than `ms` to be let in. */
  async through<T>(ms: number, act: () => Promise<T>): Promise<T> {
    if (this.#inside < this.#places) this.#inside++
    else await this.#turn(QUEUE_PATIENCE * ms)
    try {
      return await act()
    } finally {
      this.#leave()
    }
  }

  /** Whoever is still outside need not wait: nobody answers behind the gate. */
  turnAway(error: Error): void {
    for (const queued of [...this.#queue]) queued.turnAway(error)
  }

  /** A place is handed over: the one who leaves makes room for exactly this one. */
  #leave(): void {
    const [first] = this.#queue
    if (first === undefined) this.#inside--
    else first.enter()
  }

  #turn(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const leaveQueue = () => {
        clearTimeout(impatience)
        this.#queue.delete(queued)
      }
      const queued: Queued = {
        enter: () => {
          leaveQueue()
          resolve()
        },
        turnAway: (error) => {
          leaveQueue()
          reject(error)
        },
      }
      const impatience = setTimeout(() => queued.turnAway(new OutOfPatience(ms)), ms)
      this.#queue.add(queued)
    })
  }
}
