import type { MongoClient } from 'mongodb'

/** A client that is in use: how many verbs it serves, and its end. */
export class LiveClient {
  readonly client: MongoClient
  /** Why a server could not be reached when it was last tried. */
  trouble: Error | undefined
  /** Done when it is closed. */
  readonly closed: Promise<void>
  #verbs = 0
  #retired = false
  #close: () => void = () => {}

  constructor(client: MongoClient) {
    this.client = client
    this.closed = new Promise<void>((resolve) => {
      this.#close = resolve
    }).then(() => client.close().catch(() => {}))
    client.on('serverHeartbeatFailed', ({ failure }) => {
      this.trouble = failure
    })
  }

  get isIdle(): boolean {
    return this.#verbs === 0
  }

  enter(): void {
    this.#verbs++
  }

  leave(): void {
    this.#verbs--
    if (this.isIdle && this.#retired) this.#close()
  }

  /** No verb enters any more; it is closed when the last one has left. */
  retire(): void {
    this.#retired = true
    if (this.isIdle) this.#close()
  }

  /**
   * Closing says good-bye to the server's sessions, which a server that does not answer would draw out. They time out
   * by themselves. No part of the driver's documented face: where it is not there, closing takes longer, nothing else.
   */
  forgetSessions(): void {
    const { s } = this.client as { s?: { sessionPool?: { sessions?: { clear?: () => void } } } }
    s?.sessionPool?.sessions?.clear?.()
  }
}
