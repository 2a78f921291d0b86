import { TimeoutError } from '@persist/store/kit'
import type { MongoClient } from 'mongodb'

/** How much longer than for an answer one waits to be let in: behind others, who are being answered. */
const QUEUE_FACTOR = 4
/** The driver's own default. */
const POOL_SIZE = 100

interface Queued {
  readonly enter: () => void
  readonly reject: (error: Error) => void
}

/** A gate that lets in as many as the client has connections for. */
export function semaphoreOf({ options }: MongoClient): Semaphore {
  return new Semaphore(options?.maxPoolSize || POOL_SIZE)
}

/**
 * Lets in only so many at a time, in order. The wait for the server begins behind the gate, lest a thousand callers at
 * once take their own queue for a server that is silent.
 */
export class Semaphore {
  readonly #permits: number
  readonly #queue = new Set<Queued>()
  #running = 0

  constructor(permits: number) {
    this.#permits = permits
  }

  /** Does it behind the gate. Fails if it takes far more than `ms` to be let in. */
  async run<T>(ms: number, act: () => Promise<T>): Promise<T> {
    if (this.#running < this.#permits) this.#running++
    else await this.#waitForPermit(QUEUE_FACTOR * ms)
    try {
      return await act()
    } finally {
      this.#leave()
    }
  }

  /** Whoever is still outside need not wait: nobody answers behind the gate. */
  rejectWaiting(error: Error): void {
    for (const queued of [...this.#queue]) queued.reject(error)
  }

  /** A place is handed over: the one who leaves makes room for exactly this one. */
  #leave(): void {
    const [first] = this.#queue
    if (first === undefined) this.#running--
    else first.enter()
  }

  #waitForPermit(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const leaveQueue = () => {
        clearTimeout(timer)
        this.#queue.delete(queued)
      }
      const queued: Queued = {
        enter: () => {
          leaveQueue()
          resolve()
        },
        reject: (error) => {
          leaveQueue()
          reject(error)
        },
      }
      const timer = setTimeout(() => queued.reject(new TimeoutError(ms)), ms)
      this.#queue.add(queued)
    })
  }
}
