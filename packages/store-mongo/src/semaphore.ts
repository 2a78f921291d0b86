import { TimeoutError } from '@persist/store/kit'
import type { MongoClient } from 'mongodb'

/** How many times longer than for an answer a call waits for a permit. */
const QUEUE_FACTOR = 4
/** The driver's own default. */
const POOL_SIZE = 100

interface Queued {
  readonly enter: () => void
  readonly reject: (error: Error) => void
}

/** A semaphore with a permit for each connection of the client. */
export function semaphoreOf({ options }: MongoClient): Semaphore {
  return new Semaphore(options?.maxPoolSize || POOL_SIZE)
}

/**
 * Runs only so many operations at a time, in order. The timeout of the server starts after the queue, so a long queue is not
 * mistaken for a server that does not answer.
 */
export class Semaphore {
  readonly #permits: number
  readonly #queue = new Set<Queued>()
  #running = 0

  constructor(permits: number) {
    this.#permits = permits
  }

  /** Runs `act` with a permit. Fails if the wait for one takes far longer than `ms`. */
  async run<T>(ms: number, act: () => Promise<T>): Promise<T> {
    if (this.#running < this.#permits) this.#running++
    else await this.#waitForPermit(QUEUE_FACTOR * ms)
    try {
      return await act()
    } finally {
      this.#leave()
    }
  }

  /** Rejects all that still wait for a permit: the server does not answer. */
  rejectWaiting(error: Error): void {
    for (const queued of [...this.#queue]) queued.reject(error)
  }

  /** Hands the permit over to the first in the queue. */
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
