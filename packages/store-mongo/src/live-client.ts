import type { MongoClient } from 'mongodb'
import { type Semaphore, semaphoreOf } from './semaphore.ts'

/** A client that is in use: how many callers it serves, and its end. */
export class LiveClient {
  readonly client: MongoClient
  readonly semaphore: Semaphore
  /** Why a server could not be reached when it was last tried. */
  trouble: Error | undefined
  /** Done when it is closed. */
  readonly closed: Promise<void>
  #callers = 0
  #retired = false
  #close: () => void = () => {}

  /** @param serverWaitMs How long an operation waits for an answer, in milliseconds. */
  constructor(client: MongoClient, serverWaitMs: number) {
    this.client = client
    this.semaphore = semaphoreOf(client, serverWaitMs)
    this.closed = new Promise<void>((resolve) => {
      this.#close = resolve
    }).then(() => client.close().catch(() => {}))
    client.on('serverHeartbeatFailed', ({ failure }) => {
      this.trouble = failure
    })
  }

  /** No call waits for an answer. Operations in the background do not count. */
  get isIdle(): boolean {
    return this.#callers === 0
  }

  enter(): void {
    this.#callers++
  }

  leave(): void {
    this.#callers--
    if (this.isIdle && this.#retired) this.#close()
  }

  /** No caller enters any more; the client is closed when the last one has left. */
  retire(): void {
    this.#retired = true
    if (this.isIdle) this.#close()
  }

  /**
   * Closing says good-bye to the server's sessions, for which a server that does not answer would keep the process
   * waiting. They time out by themselves. No part of the driver's documented face: where it is not there, closing takes
   * longer, nothing else.
   */
  forgetSessions(): void {
    const { s } = this.client as { s?: { sessionPool?: { sessions?: { clear?: () => void }; release?: () => void } } }
    if (s?.sessionPool === undefined) return
    s.sessionPool.sessions?.clear?.()
    s.sessionPool.release = () => {}
  }
}
