import { StoreError, type StoreFacts } from '@persist/errors'
import type { Collection, MongoClient } from 'mongodb'
import { BorrowedClient } from './borrowed-client.ts'
import type { EntryDocument } from './document.ts'
import { storeError } from './failure.ts'
import { readTime } from './fields.ts'
import type { Plan } from './options.ts'
import type { Wait } from './patience.ts'
import { type ClientSource, SharedClient, sharedClient } from './shared-client.ts'

/** The collection as this store sees it. */
export type Entries = Collection<EntryDocument>

/** What is being done, for messages and errors. */
export interface Deed extends Omit<StoreFacts, 'store'> {
  /** Nobody waits for it: it may end undone, as out of reach, when the last caller has left. */
  readonly isBehind?: boolean
  /** What it writes is not worth a flush of the disk: losing it in a crash costs some work at the most. */
  readonly isLight?: boolean
}

/** How long the step of a walk over a namespace may take on a server: it looks at thousands of documents. */
const STEP_MS = 60_000
const BYTES_PER_MS = 1024
/** More entries than this in one question may take longer than one does. */
const ENTRIES_PER_WAIT = 250

/** Whatever the user's client is set to, documents are read the same way. */
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
export class Place {
  readonly plan: Plan
  readonly #source: ClientSource
  readonly #collections = new WeakMap<MongoClient, Entries>()
  readonly #light = new WeakMap<MongoClient, Entries>()

  constructor(plan: Plan) {
    this.plan = plan
    this.#source = sourceOf(plan)
  }

  /** One verb on one entry; `wait` where it is more than the usual. */
  async ask<T>(deed: Deed, verb: (entries: Entries) => Promise<T>, wait?: Wait): Promise<T> {
    this.#source.hold(this)
    const way = deed.isBehind ? 'useBehind' : 'use'
    return this.#go(way, deed, verb, wait)
  }

  /** What time it is by the server's clock; `undefined` if the server does not say. */
  async clock(deed: Deed): Promise<number | undefined> {
    this.#source.hold(this)
    try {
      const way = deed.isBehind ? 'useBehind' : 'use'
      const { database } = this.plan.url
      const hello = await this.#source[way](this.wait(), (client) => client.db(database).command({ hello: 1 }))
      return hello.localTime instanceof Date ? readTime(hello.localTime) : undefined
    } catch (error) {
      throw this.failure(error, deed)
    }
  }

  /** Fails if the server cannot be used now; keeps no process that would end by itself. */
  async probe(deed: Deed): Promise<void> {
    await this.#go('probe', deed, knock)
  }

  /** One step of a walk over many entries. Whether the server answers at all is found out in the usual time. */
  async step<T>(deed: Deed, verb: (entries: Entries) => Promise<T>): Promise<T> {
    await this.ask(deed, knock)
    return this.ask(deed, verb, { ms: Math.max(STEP_MS, this.plan.serverWaitMs) })
  }

  /** How long to wait for an answer, or for one that carries that many bytes. */
  wait(bytes = 0): Wait {
    return { ms: this.plan.serverWaitMs + bytes / BYTES_PER_MS }
  }

  /** How long to wait for entries: longer for many, and where `sizeOf`, asked meanwhile, says that they are large. */
  waitFor(count: number, sizeOf: () => Promise<number>): Wait {
    return {
      ms: this.plan.serverWaitMs * Math.max(1, count / ENTRIES_PER_WAIT),
      more: async () => {
        // A server that is silent is not asked for more: the connection for it would stay when everybody has left.
        await this.#source.answering()
        return (await sizeOf()) / BYTES_PER_MS
      },
    }
  }

  failure(error: unknown, deed: Deed): StoreError {
    return storeError(error, { store: this.plan.name, ...deed }, this.plan.url.secrets)
  }

  problem(
    code: 'ERR_PERSIST_ENTRY_DAMAGED' | 'ERR_PERSIST_STORE_FORMAT' | 'ERR_PERSIST_VALUE_TOO_LARGE',
    message: string,
    deed: Deed,
  ): StoreError {
    return new StoreError(code, `${this.plan.name}: ${message}`, { store: this.plan.name, ...deed })
  }

  async close(): Promise<void> {
    await this.#source.letGo(this)
  }

  async #go<T>(
    way: 'use' | 'useBehind' | 'probe',
    deed: Deed,
    verb: (entries: Entries) => Promise<T>,
    wait: Wait = this.wait(),
  ): Promise<T> {
    try {
      return await this.#source[way](wait, (client) => verb(this.#entriesOf(client, deed)))
    } catch (error) {
      throw this.failure(error, deed)
    }
  }

  #entriesOf(client: MongoClient, { isLight = false }: Deed): Entries {
    const collections = isLight ? this.#light : this.#collections
    let entries = collections.get(client)
    if (entries === undefined) {
      const writing = isSaid(client.writeConcern) ? {} : { writeConcern: isLight ? LIGHT : DURABLE }
      const options = { ...READING, ...writing }
      entries = client.db(this.plan.url.database).collection<EntryDocument>(this.plan.collection, options)
      collections.set(client, entries)
    }
    return entries
  }
}

/** Without acknowledgement nobody knows who holds a lease: that is no concern to follow. */
function isSaid(concern: MongoClient['writeConcern']): boolean {
  return concern !== undefined && concern.w !== 0
}

/** Asks for a document, so that a refused login shows. */
function knock(entries: Entries): Promise<unknown> {
  return entries.findOne({ _id: '' }, { projection: { _id: 1 } })
}

function sourceOf({ client, clientOptions, url, serverWaitMs }: Plan): ClientSource {
  if (client !== undefined) return new BorrowedClient(client, serverWaitMs)
  const plan = { url: url.driverUrl, serverWaitMs }
  return clientOptions === undefined ? sharedClient(plan) : new SharedClient({ ...plan, options: clientOptions })
}
