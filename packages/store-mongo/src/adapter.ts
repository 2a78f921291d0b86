import type { OpenOptions, Store, StoreAdapter, Supports } from '@persist/store'
import { bootClock } from '@persist/store/holder'
import { RecordObserver, readOnlyStore } from '@persist/store/kit'
import { CollectionAccess } from './collection-access.ts'
import { checkHash } from './ids.ts'
import { NamespaceStore } from './namespace-store.ts'
import { namespacesIn } from './namespaces.ts'
import { type MongoStoreOptions, resolveOptions } from './options.ts'

const SUPPORTS: Supports = {
  lease: true,
  many: true,
  tags: true,
  bounds: true,
  persistent: true,
  tagFence: true,
  readOnly: true,
}

/**
 * Keeps entries in MongoDB, or in a server that speaks its protocol: one cache for many machines. Nothing is connected,
 * and the driver not even loaded, before the first operation; connections are closed when no call uses them, so that a script
 * ends by itself.
 *
 * @param url `mongodb://` or `mongodb+srv://`; the database is its path (default `persist`), the collection its
 * `?persistCollection=` (default `persist`), `?persistServerWaitMs=` is the option of that name, all else is the driver's: https://www.mongodb.com/docs/manual/reference/connection-string/
 * @throws OptionError for a URL or an option that this store cannot use.
 * @example
 * ```ts
 * const answer = persist(ask, { funcname: 'ask', cache: mongoStore('mongodb://localhost/app', { serverWaitMs: 500 }) })
 * ```
 */
export function mongoStore(url: string | URL, options: MongoStoreOptions = {}): StoreAdapter<'async'> {
  return new MongoAdapter(new CollectionAccess(resolveOptions(String(url), options)))
}

class MongoAdapter implements StoreAdapter<'async'> {
  readonly mode = 'async'
  readonly supports = SUPPORTS
  readonly name: string
  readonly leaseMs?: number
  readonly #access: CollectionAccess
  /** Of all namespaces together, so that its memory is bounded. */
  readonly #observer = new RecordObserver({ shared: bootClock })

  constructor(access: CollectionAccess) {
    this.#access = access
    this.name = access.options.name
    if (access.options.leaseMs !== undefined) this.leaseMs = access.options.leaseMs
  }

  open(namespace: string, options: OpenOptions = {}): Store<'async'> {
    if (!options.readOnly) return new NamespaceStore(this.#access, namespace, options, this.#observer)
    // Without bounds a read notes no use.
    const { bounds: _, ...unbounded } = options
    const reader = new NamespaceStore(this.#access, namespace, unbounded, this.#observer)
    return readOnlyStore('async', this.name, namespace, reader)
  }

  checkHash(hash: string): void {
    checkHash(hash)
  }

  async ping(): Promise<void> {
    await this.#access.probe({ operation: 'ping' })
  }

  namespaces(): AsyncIterable<string> {
    return namespacesIn(this.#access)
  }

  async close(): Promise<void> {
    await this.#access.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
