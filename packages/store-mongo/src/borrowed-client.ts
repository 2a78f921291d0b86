import type { MongoClient } from 'mongodb'
import { answering } from './answering.ts'
import { type Gate, gateOf } from './gate.ts'
import { Patience, type Wait } from './patience.ts'
import { persistently } from './persistence.ts'
import type { ClientSource } from './shared-client.ts'

/** The client that the user handed over: used, never closed. */
export class BorrowedClient implements ClientSource {
  readonly #client: MongoClient
  readonly #patience: Patience
  readonly #serverWaitMs: number
  readonly #gate: Gate

  constructor(client: MongoClient, serverWaitMs: number) {
    this.#serverWaitMs = serverWaitMs
    this.#gate = gateOf(client)
    this.#client = client
    this.#patience = new Patience(serverWaitMs)
  }

  hold(): void {}

  async letGo(): Promise<void> {}

  use<T>(wait: Wait, verb: (client: MongoClient) => Promise<T>): Promise<T> {
    return this.#gate.through(wait.ms, () => this.useBehind(wait, verb))
  }

  /** Past the gate: those behind it may be waiting for this. */
  useBehind<T>(wait: Wait, verb: (client: MongoClient) => Promise<T>): Promise<T> {
    return this.#patience.within(wait, (isOver) => persistently(() => verb(this.#client), isOver))
  }

  answering(): Promise<void> {
    return answering(this.#client, this.#serverWaitMs)
  }

  probe<T>(wait: Wait, verb: (client: MongoClient) => Promise<T>): Promise<T> {
    return this.use(wait, verb)
  }
}
