import type { OpenOptions, Store, StoreAdapter, StoreOptions } from '@persist/store'
import { LeaseObserver, readOnlyStore } from '@persist/store/kit'
import { Database } from './database.ts'
import { toStoreError } from './errors.ts'
import { NamespaceStore, type Place } from './namespace-store.ts'
import { namespacesIn } from './namespaces.ts'
import { type IdbStoreOptions, resolveOptions } from './options.ts'
import { TabLocks } from './tab-locks.ts'
import { databaseOf } from './url.ts'

/**
 * A store in an IndexedDB database of this origin, which all its tabs and workers share. Results outlive the page. Equal calls
 * of several tabs compute once, where the page is a secure context (`https://` or `localhost`).
 *
 * @param name The database, which is made by the first write. Default: `persist`.
 * @example
 * ```ts
 * const load = persist(async (id: number) => (await fetch(`/items/${id}`)).json(), { funcname: 'load', cache: idbStore() })
 * ```
 */
export function idbStore(name = 'persist', options: IdbStoreOptions = {}): StoreAdapter<'async'> {
  const { leaseMs, monotonic, indexedDB, locks, browserWaitMs } = resolveOptions(options)
  const database = new Database(name, indexedDB, browserWaitMs)
  const place: Place = {
    name: `idb://${encodeURIComponent(wellFormed(name))}`,
    database,
    locks: new TabLocks(locks, name),
    observer: new LeaseObserver({ monotonic }),
  }
  const attempt = async <T>(operation: string, act: () => Promise<T>): Promise<T> => {
    try {
      return await act()
    } catch (error) {
      throw toStoreError(error, { store: place.name, operation })
    }
  }
  return {
    mode: 'async',
    supports: {
      lease: true,
      many: true,
      tags: true,
      bounds: false,
      persistent: true,
      tagFence: true,
      readOnly: true,
    },
    name: place.name,
    leaseMs,
    open(namespace: string, opened: OpenOptions = {}): Store<'async'> {
      const store = new NamespaceStore(place, namespace, opened)
      return opened.readOnly ? readOnlyStore('async', place.name, namespace, store) : store
    },
    ping: () => attempt('ping', () => database.ping()),
    namespaces: () => namespacesIn(database, attempt),
    exists: () => attempt('exists', () => database.exists()),
    close: () => database.close(),
  }
}

/** Half a surrogate pair cannot be in a URL. */
function wellFormed(name: string): string {
  return (name as string & { toWellFormed(): string }).toWellFormed()
}

/**
 * The store of a cache URL: `idb://name`. For `registerStore`.
 *
 * @throws OptionError for any other URL.
 * @example
 * ```ts
 * registerStore('idb', fromUrl)
 * const double = persist(async (x: number) => 2 * x, { funcname: 'double', cache: 'idb://results' })
 * ```
 */
export function fromUrl(url: string | URL, options?: StoreOptions<'idb://'>): StoreAdapter<'async'> {
  return idbStore(databaseOf(url), options)
}
