import type { StoreError } from '@persist/errors'
import { storeError } from './failure.ts'
import type { KeyvLike } from './keyv-like.ts'
import { within } from './patience.ts'
import type { Place } from './place.ts'

/** What is being done, for errors. */
export interface Doing {
  readonly operation: string
  readonly namespace: string
  readonly hash?: string
}

const BYTES_PER_MS = 1_000

/** Asks a Keyv instance, in bounded time, and lets no failure pass for an answer. */
export class Line {
  readonly #place: Place

  constructor(place: Place) {
    this.#place = place
  }

  async get(key: string, doing: Doing): Promise<unknown> {
    return this.#ask(doing, 0, async (keyv) =>
      keyv.getRaw === undefined ? keyv.get(key) : (await keyv.getRaw(key))?.value,
    )
  }

  async getMany(keys: readonly string[], doing: Doing): Promise<readonly unknown[]> {
    const values: unknown = await this.#ask(doing, keys.length * BYTES_PER_MS, (keyv) => keyv.getMany!([...keys]))
    if (Array.isArray(values) && values.length === keys.length) return values
    throw this.#failed(new Error('Keyv answered with something other than one value for each key'), doing)
  }

  async set(key: string, value: string, ttl: number | undefined, doing: Doing): Promise<void> {
    const isDone = await this.#ask(doing, value.length, (keyv) => keyv.set(key, value, ttl))
    if (isDone === false) throw this.#failed(new Error('Keyv says that it did not store the value'), doing)
  }

  async delete(key: string, doing: Doing): Promise<boolean> {
    return (await this.#ask(doing, 0, (keyv) => keyv.delete(key))) === true
  }

  /** All values there are, of others too, some perhaps twice. */
  async *values(doing: Doing): AsyncGenerator<unknown> {
    const iterator = await this.#ask(doing, 0, async (keyv) => keyv.iterator?.()[Symbol.asyncIterator]())
    if (iterator === undefined) {
      throw this.#failed(new Error('this storage adapter of Keyv cannot list what it keeps'), doing)
    }
    try {
      for (;;) {
        const step = await this.#ask(doing, 0, () => iterator.next())
        if (step.done) return
        if (Array.isArray(step.value)) yield step.value[1]
      }
    } finally {
      // Not awaited: after a `next` that was not answered, an async generator would not answer this either.
      Promise.resolve(iterator.return?.()).catch(() => {})
    }
  }

  async #ask<T>(doing: Doing, bytes: number, act: (keyv: KeyvLike) => Promise<T>): Promise<T> {
    const { told, serverWaitMs, giveUp } = this.#place
    const before = told.count
    const keyv = this.#keyv(doing)
    let answer: T
    try {
      answer = await within(serverWaitMs + bytes / BYTES_PER_MS, async () => act(keyv))
    } catch (error) {
      const failure = this.#failed(error, doing)
      if (failure.code === 'ERR_PERSIST_STORE_UNAVAILABLE') giveUp(keyv)
      throw failure
    }
    // Another verb's failure may be among them; whoever is in doubt computes.
    if (told.count !== before) throw this.#failed(told.last, doing)
    return answer
  }

  #keyv(doing: Doing): KeyvLike {
    try {
      return this.#place.keyv()
    } catch (error) {
      throw this.#failed(error, doing)
    }
  }

  #failed(error: unknown, doing: Doing): StoreError {
    const { name: store, reasonOf } = this.#place
    return storeError(error, { store, ...doing }, reasonOf(error))
  }
}
