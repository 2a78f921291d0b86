import type { MongoClient } from 'mongodb'
import type { Wait } from './timeout.ts'

/** How many times longer than for an answer an operation waits for a permit. */
const QUEUE_FACTOR = 4
/** The same for an operation without which a computed result would be lost. */
const RESULT_QUEUE_FACTOR = 40
/** The driver's own default. */
const POOL_SIZE = 100

interface Queued {
  readonly enter: () => void
  readonly reject: (error: Error) => void
}

/** No connection was free for a long time, though the server answers. */
export class BusyError extends Error {
  constructor(ms: number) {
    super(`no connection was free within ${Math.round(ms)} ms; to have fewer calls at once, set the option concurrency`)
  }
}

/** A semaphore with a permit for each connection of the client. */
export function semaphoreOf({ options }: MongoClient): Semaphore {
  return new Semaphore(options?.maxPoolSize || POOL_SIZE)
}

/**
 * Runs only so many operations at a time, in order; those for computed results before all others, which only save work. The
 * timeout of the server starts after the queue, so a long queue is not mistaken for a server that does not answer.
 */
export class Semaphore {
  readonly #permits: number
  readonly #forResults = new Set<Queued>()
  readonly #others = new Set<Queued>()
  #running = 0

  constructor(permits: number) {
    this.#permits = permits
  }

  /**
   * Runs `act` with a permit.
   *
   * @throws BusyError if the wait for one takes far longer than `ms`.
   */
  async run<T>({ ms, isForResult = false }: Pick<Wait, 'ms' | 'isForResult'>, act: () => Promise<T>): Promise<T> {
    if (this.#running < this.#permits) this.#running++
    else if (isForResult) await waitForPermit(this.#forResults, RESULT_QUEUE_FACTOR * ms)
    else await waitForPermit(this.#others, QUEUE_FACTOR * ms)
    try {
      return await act()
    } finally {
      this.#leave()
    }
  }

  /** Rejects all that still wait for a permit: the server does not answer. */
  rejectWaiting(error: Error): void {
    for (const queued of [...this.#forResults, ...this.#others]) queued.reject(error)
  }

  /** Hands the permit over to the next operation. */
  #leave(): void {
    const [first] = this.#forResults.size > 0 ? this.#forResults : this.#others
    if (first === undefined) this.#running--
    else first.enter()
  }
}

function waitForPermit(queue: Set<Queued>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const leaveQueue = () => {
      clearTimeout(timer)
      queue.delete(queued)
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
    const timer = setTimeout(() => queued.reject(new BusyError(ms)), ms)
    queue.add(queued)
  })
}
