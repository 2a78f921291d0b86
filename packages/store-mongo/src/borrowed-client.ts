import type { MongoClient } from 'mongodb'
import { outlastsCallers, retryOnNetworkError } from './retry.ts'
import { type Semaphore, semaphoreOf } from './semaphore.ts'
import { probeServers } from './server-probe.ts'
import type { ClientSource } from './shared-client.ts'
import { Timeout, type Wait } from './timeout.ts'

/** The client that the user handed over: used, never closed. */
export class BorrowedClient implements ClientSource {
  readonly #client: MongoClient
  readonly #timeout: Timeout
  readonly #serverWaitMs: number
  readonly #semaphore: Semaphore

  constructor(client: MongoClient, serverWaitMs: number) {
    this.#serverWaitMs = serverWaitMs
    this.#semaphore = semaphoreOf(client, serverWaitMs)
    this.#client = client
    this.#timeout = new Timeout(serverWaitMs)
  }

  hold(): void {}

  async letGo(): Promise<void> {}

  use<T>(wait: Wait, act: (client: MongoClient) => Promise<T>): Promise<T> {
    return this.#semaphore.run(wait, () => this.useInBackground(wait, act))
  }

  /** Without a permit of the semaphore: an operation that has one may be waiting for this. */
  useInBackground<T>(wait: Wait, act: (client: MongoClient) => Promise<T>): Promise<T> {
    const outlasts = outlastsCallers(this.#client, this.#serverWaitMs)
    return this.#timeout.limit(wait, (isOver) => retryOnNetworkError(() => act(this.#client), isOver, outlasts))
  }

  probeServers(): Promise<void> {
    return probeServers(this.#client, this.#serverWaitMs)
  }

  probe<T>(wait: Wait, act: (client: MongoClient) => Promise<T>): Promise<T> {
    return this.use(wait, act)
  }
}
