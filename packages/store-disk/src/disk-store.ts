import { resolve } from 'node:path'
import type { OpenOptions, Store, StoreAdapter } from '@persist/store'
import { told } from './failure.ts'
import { checkHash } from './files/hash-check.ts'
import { namespacesIn } from './folder/namespaces.ts'
import { Root } from './folder/root.ts'
import { placeOf } from './folder/url.ts'
import { Tokens } from './lease/tokens.ts'
import { NamespaceStore } from './namespace-store.ts'
import { type DiskStoreOptions, makePlan } from './options.ts'
import type { Plan } from './plan.ts'
import { pypersistNamespaces } from './pypersist/listing.ts'
import { PypersistStore } from './pypersist/store.ts'

/**
 * A folder as a store: one readable file an entry, put in place by one rename. It is made on the first write; a relative
 * path counts from the current folder of this moment.
 *
 * Its verbs throw `StoreError`: `ERR_PERSIST_STORE_UNAVAILABLE` for a folder that can be neither read nor made,
 * `ERR_PERSIST_STORE_FULL` for a full disk, `ERR_PERSIST_STORE_FORMAT` for a folder that a newer version has written, which
 * is then not touched, and `ERR_PERSIST_STORE` for all else, such as a folder that may only be read.
 *
 * @throws OptionError for what names no folder, and for options that there are not.
 * @example
 * ```ts
 * const double = persist((x: number) => 2 * x, { funcname: 'double', cache: diskStore('./cache', { durable: true }) })
 * ```
 */
export function diskStore(dir: string | URL, options: DiskStoreOptions = {}): StoreAdapter<'sync'> {
  const { folder, layout = options.layout } = placeOf(dir)
  const plan = makePlan(resolve(folder), options)
  return layout === 'pypersist' ? sharedWithPython(plan) : entryFolder(plan)
}

function entryFolder(plan: Plan): StoreAdapter<'sync'> {
  const root = new Root(plan)
  const tokens = new Tokens(plan, root)
  const closing = new Set<() => void>()
  return {
    mode: 'sync',
    supports: { lease: true, many: false, tags: false, bounds: true, persistent: true, tagFence: true },
    name: plan.dir,
    leaseMs: plan.leaseMs,
    open: (namespace: string, opened?: OpenOptions): Store<'sync'> =>
      new NamespaceStore({ plan, root, tokens, closing }, namespace, opened),
    checkHash,
    ping: () => pinged(plan, root),
    namespaces: () => namespacesIn(plan, root),
    close: () => {
      for (const close of closing) close()
      root.forget()
    },
  }
}

function sharedWithPython(plan: Plan): StoreAdapter<'sync'> {
  const root = new Root(plan)
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
    },
    name: `${plan.dir}?layout=pypersist`,
    open: (namespace: string, opened?: OpenOptions): Store<'sync'> => new PypersistStore(plan, root, namespace, opened),
    checkHash,
    ping: () => pinged(plan, root),
    namespaces: () => pypersistNamespaces(plan, root),
    close: () => root.forget(),
  }
}

function pinged({ dir }: Plan, root: Root): void {
  told({ store: dir, operation: 'ping' }, () => root.probe())
}
