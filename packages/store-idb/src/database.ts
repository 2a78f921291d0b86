import { Answers, TimeoutError, withTimeout } from '@persist/store/kit'
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames, wrap } from 'idb'
import { NoIndexedDb } from './errors.ts'
import type { Databases } from './options.ts'

/** Namespace and hash. */
export type EntryKey = [namespace: string, hash: string]

/** The object stores of a database. */
export interface Schema extends DBSchema {
  /** Heads of entries, apart from payloads, so that listing reads none. */
  heads: { key: EntryKey; value: unknown; indexes: { tags: [namespace: string, tag: string] } }
  payloads: { key: EntryKey; value: unknown }
  leases: { key: EntryKey; value: unknown }
  /** How many deletions by tag a namespace has had. */
  deletions: { key: string; value: unknown }
  /** The last deletion of each tag. */
  deletedTags: {
    key: [namespace: string, tag: string]
    value: unknown
    indexes: { order: [namespace: string, count: number] }
  }
}

/** A transaction over these object stores. */
export type Transaction<Names extends StoreNames<Schema>, M extends IDBTransactionMode = 'readwrite'> = IDBPTransaction<
  Schema,
  Names[],
  M
>

const VERSION = 1
const ALL = ['heads', 'payloads', 'leases', 'deletions', 'deletedTags'] as const
const BYTES_PER_MS = 1_000
/** How much longer an operation waits at most while others end: of many, most wait for their turn. */
const MOST_WAITS = 10

/** An operation in a transaction, which may be given up, and then with its connection. */
interface Operation {
  isOver: boolean
  giveUp: () => void
}

/**
 * One database, opened on first use and again after the browser has closed it. No operation waits forever: a tab that stands
 * still in a transaction lets no other begin, and a deletion that waits for a connection lets no tab open the database.
 */
export class Database {
  readonly #name: string
  readonly #factory: Databases | undefined
  readonly #waitMs: number
  #opened: Promise<IDBPDatabase<Schema>> | undefined
  readonly #answers = new Answers()

  constructor(name: string, factory: Databases | undefined, waitMs: number) {
    this.#name = name
    this.#factory = factory
    this.#waitMs = waitMs
  }

  /** Reads in one transaction. `undefined`: there is no such database, and none is made. */
  async read<Names extends StoreNames<Schema>, T>(
    names: readonly Names[],
    act: (transaction: Transaction<Names, 'readonly'>) => Promise<T>,
  ): Promise<T | undefined> {
    if (this.#opened === undefined && !(await this.exists())) return undefined
    return this.#within(names, 'readonly', act)
  }

  /** Changes all of it or nothing, in one transaction. More bytes may take longer. */
  write<Names extends StoreNames<Schema>, T>(
    names: readonly Names[],
    act: (transaction: Transaction<Names>) => Promise<T>,
    bytes = 0,
  ): Promise<T> {
    return this.#within(names, 'readwrite', act, bytes)
  }

  /** Fails while the database cannot be opened, or no transaction begins. */
  async ping(): Promise<void> {
    await this.#within(ALL, 'readonly', (transaction) => transaction.objectStore('leases').getKey(['', '']))
  }

  /** Whether there is such a database. Makes none where the browser has a list of them. */
  async exists(): Promise<boolean> {
    const databases = await withTimeout(this.#waitMs, async () => this.#found().databases?.())
    return databases === undefined || databases.some(({ name }) => name === this.#name)
  }

  async close(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    // One that is opened later is closed then.
    await withTimeout(this.#waitMs, async () => opened?.then((database) => database.close())).catch(() => {})
  }

  async #within<Names extends StoreNames<Schema>, M extends 'readonly' | 'readwrite', T>(
    names: readonly Names[],
    mode: M,
    act: (transaction: Transaction<Names, M>) => Promise<T>,
    bytes = 0,
  ): Promise<T> {
    const operation: Operation = { isOver: false, giveUp() {} }
    try {
      const ms = this.#waitMs + bytes / BYTES_PER_MS
      return await this.#answers.wait(this.#run(names, mode, act, operation), { ms, most: MOST_WAITS * ms })
    } catch (error) {
      operation.isOver = true
      // Safari answers neither or so, for as long as a connection lives, after it has lost its server in the background.
      if (error instanceof TimeoutError || isUnknown(error)) operation.giveUp()
      throw error
    }
  }

  async #run<Names extends StoreNames<Schema>, M extends 'readonly' | 'readwrite', T>(
    names: readonly Names[],
    mode: M,
    act: (transaction: Transaction<Names, M>) => Promise<T>,
    operation: Operation,
  ): Promise<T> {
    const transaction = (await this.#begin(names, mode)) as Transaction<Names, M>
    operation.giveUp = () => {
      abort(transaction)
      this.#opened = undefined
      transaction.db.close()
    }
    try {
      // Its caller has been given an error already.
      if (operation.isOver) throw new Error('the operation is over')
      const result = await act(transaction)
      await transaction.done
      return result
    } catch (error) {
      abort(transaction)
      // The reason for which the browser has ended it, such as a full disk, says more than the failed request.
      throw transaction.error ?? error
    }
  }

  async #begin<Names extends StoreNames<Schema>>(names: readonly Names[], mode: 'readonly' | 'readwrite') {
    const database = await this.#open()
    try {
      return database.transaction([...names], mode)
    } catch (error) {
      if ((error as Error).name !== 'InvalidStateError' && !isUnknown(error)) throw error
      // The browser has closed the connection, as another tab deletes the database or the user its data.
      this.#opened = undefined
      database.close()
      return (await this.#open()).transaction([...names], mode)
    }
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    if (this.#opened !== undefined) return this.#opened
    const forget = () => {
      if (this.#opened === opening) this.#opened = undefined
    }
    const opening = this.#opening(forget)
    this.#opened = opening
    opening.catch(forget)
    return opening
  }

  async #opening(forget: () => void): Promise<IDBPDatabase<Schema>> {
    const request = this.#found().open(this.#name, VERSION) as IDBOpenDBRequest
    request.onupgradeneeded = () => makeStores(request.result)
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    database.onversionchange = () => {
      forget()
      database.close()
    }
    database.onclose = forget
    return wrap(database) as IDBPDatabase<Schema>
  }

  #found(): Databases {
    if (this.#factory === undefined) throw new NoIndexedDb()
    return this.#factory
  }
}

function isUnknown(error: unknown): boolean {
  return (error as Error).name === 'UnknownError'
}

function abort(transaction: { readonly done: Promise<void>; abort(): void }): void {
  transaction.done.catch(() => {})
  try {
    transaction.abort()
  } catch {
    // It has ended already.
  }
}

function makeStores(database: IDBDatabase): void {
  const heads = database.createObjectStore('heads')
  heads.createIndex('tags', 'tagKeys', { multiEntry: true })
  database.createObjectStore('payloads')
  database.createObjectStore('leases')
  database.createObjectStore('deletions')
  database.createObjectStore('deletedTags').createIndex('order', 'order')
}
