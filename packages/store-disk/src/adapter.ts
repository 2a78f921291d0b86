import { resolve } from 'node:path'
import type { OpenOptions, Store, StoreAdapter } from '@persist/store'
import { absoluteFolder, readOnlyStore } from '@persist/store/kit'
import { withStoreErrors } from './errors.ts'
import { checkHash } from './files/hash-check.ts'
import { readOnly } from './files/read-only.ts'
import { namespacesIn } from './folder/namespaces.ts'
import { Root } from './folder/root.ts'
import { Tokens } from './lease/tokens.ts'
import { NamespaceStore, type Shared } from './namespace-store.ts'
import { type DiskStoreOptions, resolveOptions } from './options.ts'
import { pypersistNamespaces } from './pypersist/listing.ts'
import { PypersistStore } from './pypersist/namespace-store.ts'
import type { ResolvedOptions } from './resolved-options.ts'
import { readUrl } from './url.ts'

/**
 * A folder as a store: one readable file an entry, put in place by one rename. It is made on the first write; a relative
 * path counts from the current folder of this moment.
 *
 * Its methods throw `StoreError`: `ERR_PERSIST_STORE_UNAVAILABLE` for a folder that can be neither read nor made,
 * `ERR_PERSIST_STORE_BUSY` for what passes, such as too many open files, `ERR_PERSIST_STORE_FULL` for a full disk,
 * `ERR_PERSIST_STORE_FORMAT` for a folder that a newer version has written, which is then not touched, and
 * `ERR_PERSIST_STORE` for all else, such as a folder that may only be read.
 *
 * @throws OptionError for a URL that names no folder, and for unknown options.
 * @example
 * ```ts
 * const double = persist((x: number) => 2 * x, { funcname: 'double', cache: diskStore('./cache', { durable: true }) })
 * ```
 */
export function diskStore(dir: string | URL, options: DiskStoreOptions = {}): StoreAdapter<'sync'> {
  const { folder, layout = options.layout } = readUrl(dir)
  const resolved = resolveOptions(absoluteFolder(folder, resolve), options)
  return layout === 'pypersist' ? sharedWithPython(resolved) : entryFolder(resolved)
}

/**
 * The store for a cache URL, or for a folder without `file://`. The README lists the forms.
 *
 * @throws OptionError for another scheme, for an unknown parameter, and for a URL without a folder.
 * @example
 * ```ts
 * fromUrl('file://persist')                         // ./persist
 * fromUrl('file:///var/cache/a%20b', { durable: true })   // /var/cache/a b
 * fromUrl('file://persist?layout=pypersist')        // ./persist, with the files of pypersist for Python
 * ```
 */
export function fromUrl(url: string | URL, options?: DiskStoreOptions): StoreAdapter<'sync'> {
  return diskStore(url, options)
}

function entryFolder(options: ResolvedOptions): StoreAdapter<'sync'> {
  const shared = sharedOver(options)
  const { root, closing } = shared
  return {
    mode: 'sync',
    supports: { lease: true, many: false, tags: false, bounds: true, persistent: true, tagFence: true, readOnly: true },
    name: options.dir,
    leaseMs: options.leaseMs,
    open: (namespace: string, opened: OpenOptions = {}): Store<'sync'> => {
      if (!opened.readOnly) return new NamespaceStore(shared, namespace, opened)
      const { bounds: _, ...unbounded } = opened
      const reader = new NamespaceStore(sharedOver(readOnlyOptions(options)), namespace, unbounded)
      return readOnlyStore('sync', options.dir, namespace, reader)
    },
    checkHash,
    ping: () => pinged(options, root),
    namespaces: () => namespacesIn(options, root),
    exists: () => isThere(options, root, namespacesIn),
    close: () => {
      for (const close of closing) close()
      root.forget()
    },
  }
}

function sharedWithPython(options: ResolvedOptions): StoreAdapter<'sync'> {
  const root = new Root(options)
  const name = `${options.dir}?layout=pypersist`
  return {
    mode: 'sync',
    supports: {
      lease: false,
      many: false,
      tags: false,
      bounds: false,
      persistent: true,
      foreign: true,
      tagFence: true,
      readOnly: true,
    },
    name,
    open: (namespace: string, opened: OpenOptions = {}): Store<'sync'> => {
      if (!opened.readOnly) return new PypersistStore(options, root, namespace, opened)
      const reading = readOnlyOptions(options)
      return readOnlyStore('sync', name, namespace, new PypersistStore(reading, new Root(reading), namespace, opened))
    },
    checkHash,
    ping: () => pinged(options, root),
    namespaces: () => pypersistNamespaces(options, root),
    exists: () => isThere(options, root, pypersistNamespaces),
    close: () => root.forget(),
  }
}

function sharedOver(options: ResolvedOptions): Shared {
  const root = new Root(options)
  return { options, root, tokens: new Tokens(options, root), closing: new Set() }
}

function readOnlyOptions(options: ResolvedOptions): ResolvedOptions {
  return { ...options, fs: readOnly(options.fs) }
}

function pinged({ dir }: ResolvedOptions, root: Root): void {
  withStoreErrors({ store: dir, operation: 'ping' }, () => root.probe())
}

/** A folder that Python made, or that lost its own files, shows by its entries. */
function isThere(options: ResolvedOptions, root: Root, list: typeof namespacesIn): boolean {
  return withStoreErrors({ store: options.dir, operation: 'exists' }, () => {
    if (root.exists()) return true
    for (const _ of list(options, root)) return true
    return false
  })
}
