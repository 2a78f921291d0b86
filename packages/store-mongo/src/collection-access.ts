import { StoreError } from '@persist/errors'
import { type Operation as CommonOperation, entryDamaged } from '@persist/store/kit'
import type { Collection, MongoClient } from 'mongodb'
import { BorrowedClient } from './borrowed-client.ts'
import type { EntryDocument } from './entry-codec.ts'
import { toStoreError } from './errors.ts'
import { readTime } from './fields.ts'
import type { ResolvedOptions } from './options.ts'
import { type ClientSource, SharedClient, sharedClient } from './shared-client.ts'
import type { Wait } from './timeout.ts'

/** The collection as this store sees it. */
export type Entries = Collection<EntryDocument>

/** What is being done, for errors, and how. */
export interface Operation extends CommonOperation {
  /** No call waits for it: it may end undone, as out of reach, when the last caller has left. */
  readonly isInBackground?: boolean
  /** What it writes is not worth a flush of the disk: losing it in a crash costs some work at the most. */
  readonly isLight?: boolean
  /** Without it, a computed result would not be stored. */
  readonly isForResult?: boolean
}

/** How long the step of a walk over a namespace may take on a server: it looks at thousands of documents. */
const STEP_MS = 60_000
const BYTES_PER_MS = 1024
/** More entries than this in one question may take longer than one does. */
const ENTRIES_PER_WAIT = 250

/** Documents are read the same way, whatever the settings of the user's client. */
const READING = {
  promoteValues: true,
  promoteLongs: true,
  promoteBuffers: true,
  useBigInt64: false,
  raw: false,
  ignoreUndefined: true,
} as const

/**
 * Where the user's client or URL says nothing: a write is there when it has been acknowledged, even if the server is
 * killed at the next moment. How many members have to acknowledge it is left to the server, whose own default is the
 * majority wherever that can be had: https://www.mongodb.com/docs/manual/reference/write-concern/#implicit-default-write-concern
 */
const DURABLE = { journal: true } as const
const LIGHT = { journal: false } as const

/** The collection of one URL, and the way to it: every access is bounded in time and fails with a `StoreError`. */
export class CollectionAccess {
  readonly options: ResolvedOptions
  readonly #source: ClientSource
  readonly #collections = new WeakMap<MongoClient, Entries>()
  readonly #light = new WeakMap<MongoClient, Entries>()
  #probing: Promise<void> | undefined

  constructor(options: ResolvedOptions) {
    this.options = options
    this.#source = sourceOf(options)
  }

  /** One operation on one entry; `wait` where it is longer than usual. */
  async run<T>(operation: Operation, act: (entries: Entries) => Promise<T>, wait?: Wait): Promise<T> {
    this.#source.hold(this)
    const way = operation.isInBackground ? 'useInBackground' : 'use'
    return this.#run(way, operation, act, wait)
  }

  /** What time it is by the server's clock; `undefined` if the server does not say. */
  async clock(operation: Operation): Promise<number | undefined> {
    this.#source.hold(this)
    try {
      const way = operation.isInBackground ? 'useInBackground' : 'use'
      const { database } = this.options.url
      const hello = await this.#source[way](this.wait(), (client) => client.db(database).command({ hello: 1 }))
      return hello.localTime instanceof Date ? readTime(hello.localTime) : undefined
    } catch (error) {
      throw this.toStoreError(error, operation)
    }
  }

  /** Fails if the server cannot be used now; keeps no process that would end by itself. */
  async probe(operation: Operation): Promise<void> {
    await this.#run('probe', operation, findNothing)
  }

  /** One step of a walk over many entries. A server that does not answer at all is noticed in the usual time. */
  async runStep<T>(operation: Operation, act: (entries: Entries) => Promise<T>): Promise<T> {
    await this.run(operation, findNothing)
    return this.run(operation, act, { ms: Math.max(STEP_MS, this.options.serverWaitMs) })
  }

  /** How long to wait for an answer, or where that many bytes go or come. */
  wait(bytes = 0): Wait {
    const own = bytes / BYTES_PER_MS
    return {
      ms: this.options.serverWaitMs + own,
      ...(bytes > 0 && {
        more: async () => {
          await this.#probeServers()
          return own
        },
      }),
    }
  }

  /** How long to wait for entries: longer for many, and where `sizeOf`, asked meanwhile, says that they are large. */
  waitFor(count: number, sizeOf: () => Promise<number>): Wait {
    return {
      ms: this.options.serverWaitMs * Math.max(1, count / ENTRIES_PER_WAIT),
      more: async () => {
        // A silent server gets no further question: the connection for it would stay when every caller has left.
        await this.#probeServers()
        return (await sizeOf()) / BYTES_PER_MS
      },
    }
  }

  toStoreError(error: unknown, operation: Operation): StoreError {
    return toStoreError(error, { store: this.options.name, ...operation }, this.options.url.secrets)
  }

  /** The report of an entry that cannot be read. */
  entryDamaged({ namespace = '' }: Operation, hash: string): StoreError {
    return entryDamaged({ store: this.options.name, namespace, hash })
  }

  /** The report of an entry that another version has written. */
  entryOfOtherFormat(operation: Operation, hash: string, format: unknown): StoreError {
    const facts = { store: this.options.name, ...operation, hash }
    const message = `${this.options.name}: the entry was written in another format (${format})`
    return new StoreError('ERR_PERSIST_STORE_FORMAT', message, facts)
  }

  async close(): Promise<void> {
    await this.#source.letGo(this)
  }

  async #run<T>(
    way: 'use' | 'useInBackground' | 'probe',
    operation: Operation,
    act: (entries: Entries) => Promise<T>,
    wait: Wait = this.wait(),
  ): Promise<T> {
    try {
      const { isForResult = false } = operation
      return await this.#source[way]({ ...wait, isForResult }, (client) => act(this.#entriesOf(client, operation)))
    } catch (error) {
      throw this.toStoreError(error, operation)
    }
  }

  /** One question for all operations that ask at the same time. */
  #probeServers(): Promise<void> {
    this.#probing ??= this.#source.probeServers().finally(() => {
      this.#probing = undefined
    })
    return this.#probing
  }

  #entriesOf(client: MongoClient, { isLight = false }: Operation): Entries {
    const collections = isLight ? this.#light : this.#collections
    let entries = collections.get(client)
    if (entries === undefined) {
      const writing = isSaid(client.writeConcern) ? {} : { writeConcern: isLight ? LIGHT : DURABLE }
      const options = { ...READING, ...writing }
      entries = client.db(this.options.url.database).collection<EntryDocument>(this.options.collection, options)
      collections.set(client, entries)
    }
    return entries
  }
}

/** Without acknowledgment no process knows who holds a lease: such a concern is not followed. */
function isSaid(concern: MongoClient['writeConcern']): boolean {
  return concern !== undefined && concern.w !== 0
}

/** Reads a document that does not exist, so that a refused login shows. */
function findNothing(entries: Entries): Promise<unknown> {
  return entries.findOne({ _id: '' }, { projection: { _id: 1 } })
}

function sourceOf({ client, clientOptions, url, serverWaitMs }: ResolvedOptions): ClientSource {
  if (client !== undefined) return new BorrowedClient(client, serverWaitMs)
  const shared = { url: url.driverUrl, serverWaitMs }
  return clientOptions === undefined ? sharedClient(shared) : new SharedClient({ ...shared, options: clientOptions })
}
