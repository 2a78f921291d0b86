import type { MongoClient } from 'mongodb'
import { Timeout, type Wait } from './timeout.ts'

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

/** A semaphore with a permit for each connection of the client, whose answers usually come within `ms`. */
export function semaphoreOf({ options }: MongoClient, ms: number): Semaphore {
  return new Semaphore(options?.maxPoolSize || POOL_SIZE, ms)
}

/**
 * Runs only so many operations at a time, in order; those for computed results before all others, which only save work. The
 * timeout of the server starts after the queue, so a long queue is not mistaken for a server that does not answer. Time in
 * which this process was busy does not count for the queue: no operation could end in it.
 */
export class Semaphore {
  readonly #permits: number
  readonly #forResults = new Set<Queued>()
  readonly #others = new Set<Queued>()
  readonly #queueTime: Timeout
  #running = 0

  /** @param usualMs How long an operation may usually wait for its answer, in milliseconds. */
  constructor(permits: number, usualMs: number) {
    this.#permits = permits
    this.#queueTime = new Timeout(usualMs, undefined, 1)
  }

  /**
   * Runs `act` with a permit.
   *
   * @throws BusyError if the wait for one takes far longer than `ms`.
   */
  async run<T>({ ms, isForResult = false }: Pick<Wait, 'ms' | 'isForResult'>, act: () => Promise<T>): Promise<T> {
    if (this.#running < this.#permits) this.#running++
    else if (isForResult) await this.#waitIn(this.#forResults, RESULT_QUEUE_FACTOR * ms)
    else await this.#waitIn(this.#others, QUEUE_FACTOR * ms)
    try {
      return await act()
    } finally {
      this.#leave()
    }
  }

  /** Rejects all that still wait for a permit: the server does not answer. */
  rejectWaiting(error: Error): void {
    for (const queue of [this.#forResults, this.#others]) {
      const all = [...queue]
      queue.clear()
      for (const queued of all) queued.reject(error)
    }
  }

  /** Hands the permit over to the next operation. */
  #leave(): void {
    const queue = this.#forResults.size > 0 ? this.#forResults : this.#others
    const [first] = queue
    if (first === undefined) {
      this.#running--
      return
    }
    queue.delete(first)
    first.enter()
  }

  async #waitIn(queue: Set<Queued>, ms: number): Promise<void> {
    let queued: Queued | undefined
    const permit = () =>
      new Promise<void>((enter, reject) => {
        queued = { enter, reject }
        queue.add(queued)
      })
    try {
      await this.#queueTime.limit({ ms }, permit)
    } catch (error) {
      // Nothing else rejects while it is in the queue.
      throw queue.delete(queued!) ? new BusyError(ms) : error
    }
  }
}
