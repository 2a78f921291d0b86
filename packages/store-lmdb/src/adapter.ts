import { resolve } from 'node:path'
import type { OpenOptions, Store, StoreAdapter } from '@persist/store'
import { bootClock } from '@persist/store/holder'
import { absoluteFolder, readOnlyStore } from '@persist/store/kit'
import { Environment } from './environment.ts'
import { checkHash } from './keys.ts'
import { LmdbLeaseObserver } from './lease-observer.ts'
import { NamespaceStore, type Shared } from './namespace-store.ts'
import { namespacesIn } from './namespaces.ts'
import { type LmdbStoreOptions, resolveOptions } from './options.ts'
import { folderOf } from './url.ts'

/**
 * A folder with one LMDB file as a store: very many small entries, read at the speed of memory. Made on first use; a
 * relative path counts from the current folder of this moment. For one machine, also with many processes; not for a
 * network share.
 *
 * @throws StoreError from every method, if the file is of a newer format, or the disk full, or not to be written.
 * @example
 * ```ts
 * const double = persist((x: number) => 2 * x, { funcname: 'double', cache: lmdbStore('./cache') })
 * ```
 */
export function lmdbStore(dir: string, options: LmdbStoreOptions = {}): StoreAdapter<'sync'> {
  const { flush, leaseMs, monotonic } = resolveOptions(options)
  const path = absoluteFolder(dir, resolve)
  const shared: Shared = {
    name: `lmdb://${path}`,
    environment: new Environment(path, flush, monotonic),
    observer: new LmdbLeaseObserver({ monotonic, shared: bootClock }),
  }
  const reading: Shared = { ...shared, environment: new Environment(path, flush, monotonic, true) }
  return {
    mode: 'sync',
    supports: { lease: true, many: true, tags: false, bounds: true, persistent: true, tagFence: true, readOnly: true },
    name: shared.name,
    leaseMs,
    open: (namespace: string, opened: OpenOptions = {}): Store<'sync'> => {
      if (!opened.readOnly) return new NamespaceStore(shared, namespace, opened)
      const { bounds: _, ...unbounded } = opened
      return readOnlyStore('sync', shared.name, namespace, new NamespaceStore(reading, namespace, unbounded))
    },
    checkHash,
    namespaces: () => namespacesIn(reading),
    exists: () => shared.environment.exists,
    close: () => {
      shared.environment.close()
      reading.environment.close()
    },
  }
}

/**
 * The store for a cache URL.
 *
 * @throws OptionError for another scheme, without a folder, or with a query or fragment.
 * @example
 * ```ts
 * fromUrl('lmdb://persist')              // ./persist
 * fromUrl('lmdb:///var/cache/a%20b')     // /var/cache/a b
 * ```
 */
export function fromUrl(url: string | URL, options?: LmdbStoreOptions): StoreAdapter<'sync'> {
  return lmdbStore(folderOf(url), options)
}
