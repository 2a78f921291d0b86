import { resolve } from 'node:path'
import type { OpenOptions, StoreAdapter } from '@persist/store'
import { Environment } from './environment.ts'
import { checkHash } from './keys.ts'
import { NamespaceStore } from './namespace-store.ts'
import { namespacesIn } from './namespaces.ts'
import { Observer } from './observer.ts'
import { completed, type LmdbStoreOptions } from './options.ts'
import type { Plan } from './plan.ts'

/**
 * A folder with one LMDB file as a store: very many small entries, read at the speed of memory. Made on first use; a
 * relative path counts from the current folder of this moment. For one machine, also with many processes; not for a
 * network share.
 *
 * @throws StoreError from every verb, if the file is of a newer format, or the disk full, or not to be written.
 * @example
 * ```ts
 * const double = persist((x: number) => 2 * x, { funcname: 'double', cache: lmdbStore('./cache') })
 * ```
 */
export function lmdbStore(dir: string, options: LmdbStoreOptions = {}): StoreAdapter<'sync'> {
  const { flush, leaseMs, monotonic } = completed(options)
  const path = resolve(dir)
  const plan: Plan = {
    name: `lmdb://${path}`,
    environment: new Environment(path, flush, monotonic),
    observer: new Observer(monotonic),
  }
  return {
    mode: 'sync',
    supports: { lease: true, many: true, tags: false, bounds: true, persistent: true, tagFence: true },
    name: plan.name,
    leaseMs,
    open: (namespace: string, opened?: OpenOptions) => new NamespaceStore(plan, namespace, opened),
    checkHash,
    namespaces: () => namespacesIn(plan),
    close: () => plan.environment.close(),
  }
}
