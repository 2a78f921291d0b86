import type { StoreError } from '@persist/errors'
import { Answers, type Operation } from '@persist/store/kit'
import type { Connection } from './connection.ts'
import { decode, isRecord } from './entry-codec.ts'
import { toStoreError } from './errors.ts'
import { keyOf } from './keys.ts'
import type { KeyvLike } from './keyv-like.ts'
import { storedValues } from './stored-values.ts'

const BYTES_PER_MS = 1_000
/** A step of a listing reads this many values, and may take as long as they do: Redis lists ten keys at once. */
const VALUES_PER_STEP = 10
/** How much longer an operation waits at most while others get answers: its own may have been lost. */
const MOST_WAITS = 10
/** Others may wait for a value of so many bytes. */
const LARGE_BYTES = 100_000
/** A key that no entry has. */
const ABSENT = 'persist:absent'

/** Calls a Keyv instance, in bounded time. A failure is never taken for an answer. */
export class KeyvClient {
  readonly #connection: Connection
  /** The operations that wait for an answer. */
  readonly #running = new Set<Promise<unknown>>()
  /** How many bytes each of those carries, of the large ones. */
  readonly #large = new Map<Promise<unknown>, number>()
  readonly #answers = new WeakMap<KeyvLike, Answers>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** See {@link Connection.listsEach}. */
  get listsEach(): boolean {
    return this.#connection.listsEach
  }

  async get(key: string, operation: Operation, bytes = 0): Promise<unknown> {
    return this.#run(operation, bytes, async (keyv) =>
      keyv.getRaw === undefined ? keyv.get(key) : (await keyv.getRaw(key))?.value,
    )
  }

  async getMany(keys: readonly string[], operation: Operation): Promise<readonly unknown[]> {
    // All are asked for at once; large values come in several answers, so that the server is not taken for silent meanwhile.
    const groups = groupsOf(keys, VALUES_PER_STEP)
    return (await Promise.all(groups.map((group) => this.#getGroup(group, operation, groups.length)))).flat()
  }

  async set(key: string, value: string, ttl: number | undefined, operation: Operation): Promise<void> {
    const isDone = await this.#run(operation, value.length, (keyv) => keyv.set(key, value, ttl))
    if (isDone === false) throw this.#toStoreError(new Error('Keyv says that it did not store the value'), operation)
  }

  async delete(key: string, operation: Operation): Promise<boolean> {
    return (await this.#run(operation, 0, (keyv) => keyv.delete(key))) === true
  }

  /** All values of the storage, other programs' too, some perhaps twice. */
  async *values(operation: Operation): AsyncGenerator<unknown> {
    // A server that does not answer at all is found in the usual time, not in that of large values.
    await this.#run(operation, 0, (keyv) => keyv.get(ABSENT))
    const over: string[] = []
    const expired = (value: unknown) => {
      const found = isRecord(value) ? decode(value) : undefined
      if (found !== undefined) over.push(keyOf(found.namespace, found.hash))
    }
    const iterator = await this.#run(operation, 0, async (keyv): Promise<AsyncIterator<unknown> | undefined> => {
      const values: AsyncIterable<unknown> | undefined = storedValues(keyv, expired) ?? keyv.iterator?.()
      return values?.[Symbol.asyncIterator]()
    })
    if (iterator === undefined) {
      throw this.#toStoreError(new Error('this storage adapter of Keyv cannot list what it keeps'), operation)
    }
    try {
      for (;;) {
        const step = await this.#run(operation, 0, async () => iterator.next(), { waits: VALUES_PER_STEP })
        if (step.done) break
        if (Array.isArray(step.value)) yield step.value[1]
      }
    } finally {
      // Not awaited: after a `next` that was not answered, an async generator would not answer this either.
      Promise.resolve(iterator.return?.()).catch(() => {})
    }
    // Keyv deletes what it reads after its time; not every storage does that by itself. A deletion during the listing could hide
    // other entries.
    for (const key of over) await this.get(key, operation)
  }

  /**
   * Ends the connection when the operations under way are over, which takes a bounded time. The driver itself would wait for
   * a silent server forever, and Keyv would use a closed connection again, where replies meet calls that they do not belong to.
   */
  async close(): Promise<void> {
    const end = this.#connection.release()
    await Promise.allSettled(this.#running)
    end()
  }

  async #run<T>(
    operation: Operation,
    bytes: number,
    act: (keyv: KeyvLike) => Promise<T>,
    { waits = 1, mostWaits = MOST_WAITS } = {},
  ): Promise<T> {
    const { answersInOrder, errors, serverWaitMs, discard } = this.#connection
    const before = errors.count
    const keyv = this.#keyv(operation)
    const asked = (async () => act(keyv))()
    // Of many at once, each may wait for all others, and for the largest of them between two answers.
    const ms = serverWaitMs * waits + Math.max(bytes, ...this.#large.values()) / BYTES_PER_MS
    const most = answersInOrder ? Number.POSITIVE_INFINITY : Math.max(mostWaits, this.#running.size) * ms
    const running = this.#answersOf(keyv).wait(asked, { ms, most })
    this.#running.add(running)
    if (bytes >= LARGE_BYTES) this.#large.set(running, bytes)
    let answer: T
    try {
      answer = await running
    } catch (error) {
      const failure = this.#toStoreError(error, operation)
      if (failure.code === 'ERR_PERSIST_STORE_UNAVAILABLE') discard(keyv)
      throw failure
    } finally {
      this.#running.delete(running)
      this.#large.delete(running)
    }
    // It may be the failure of another method; in doubt, core computes.
    if (errors.count !== before) throw this.#toStoreError(errors.last, operation)
    return answer
  }

  #answersOf(keyv: KeyvLike): Answers {
    const answers = this.#answers.get(keyv) ?? new Answers()
    this.#answers.set(keyv, answers)
    return answers
  }

  /** @param groups How many are asked for together: each may wait for all others. */
  async #getGroup(keys: readonly string[], operation: Operation, groups: number): Promise<unknown[]> {
    const ask = async (keyv: KeyvLike): Promise<unknown> => keyv.getMany!([...keys])
    const mostWaits = Math.max(MOST_WAITS, groups)
    const values = await this.#run(operation, keys.length * BYTES_PER_MS, ask, { mostWaits })
    if (Array.isArray(values) && values.length === keys.length) return values
    throw this.#toStoreError(new Error('Keyv answered with something other than one value for each key'), operation)
  }

  #keyv(operation: Operation): KeyvLike {
    try {
      return this.#connection.keyv()
    } catch (error) {
      throw this.#toStoreError(error, operation)
    }
  }

  #toStoreError(error: unknown, operation: Operation): StoreError {
    const { name: store, reasonOf } = this.#connection
    return toStoreError(error, { store, ...operation }, reasonOf(error))
  }
}

function groupsOf(keys: readonly string[], size: number): (readonly string[])[] {
  const groups: (readonly string[])[] = []
  for (let start = 0; start < keys.length; start += size) groups.push(keys.slice(start, start + size))
  return groups
}
