import { StoreError } from '@persist/errors'
import type { Mode, Reply, Store, StoreAdapter } from '../contract.ts'
import { operationOn } from './errors.ts'

/**
 * The same namespace without its changes, for `open(namespace, { readOnly: true })`: each of them fails with
 * `ERR_PERSIST_STORE_READ_ONLY`. The opened namespace must change nothing while it reads.
 *
 * @param mode The mode of the adapter.
 * @param store The name of the adapter.
 * @example
 * ```ts
 * const store = memoryStore().open('double')
 * readOnlyStore('sync', 'memory', 'double', store).get('wXS1bv')   // undefined
 * ```
 */
export function readOnlyStore<M extends Mode>(mode: M, store: string, namespace: string, opened: Store<M>): Store<M> {
  const { getAsync, getMany, deleteByTag, lease, tagFence } = opened
  const refused = (operation: string) => (): Reply<M, never> => {
    const message = `the store ${store} was opened for reading only, so ${operation} is refused`
    const facts = { store, ...operationOn(namespace, operation) }
    const error = new StoreError('ERR_PERSIST_STORE_READ_ONLY', message, facts)
    if (mode === 'sync') throw error
    return Promise.reject(error) as Reply<M, never>
  }
  return {
    get: (hash) => opened.get(hash),
    ...(getAsync && { getAsync: (hash) => getAsync.call(opened, hash) }),
    ...(getMany && { getMany: (hashes) => getMany.call(opened, hashes) }),
    set: refused('set'),
    delete: refused('delete'),
    clear: refused('clear'),
    entries: () => opened.entries(),
    heads: () => opened.heads(),
    stats: () => opened.stats(),
    prune: refused('prune'),
    ...(deleteByTag && { deleteByTag: refused('deleteByTag') }),
    ...(lease && { lease: refused('lease') }),
    // A mark is for a result that will be stored, and a store may have to note it.
    ...(tagFence && {
      tagFence: {
        mark: refused('mark'),
        record: refused('record'),
        hasDeleted: (mark, tags) => tagFence.hasDeleted(mark, tags),
      },
    }),
  }
}

/**
 * The same adapter, which opens every namespace for reading only: for a program that looks at stores of others. A store that
 * does not declare `supports.readOnly` ignores it.
 *
 * @example
 * ```ts
 * readOnlyAdapter(memoryStore()).open('double').get('wXS1bv')   // undefined
 * ```
 */
export function readOnlyAdapter<M extends Mode>(adapter: StoreAdapter<M>): StoreAdapter<M> {
  const { checkHash, ping, namespaces, exists } = adapter
  return {
    mode: adapter.mode,
    supports: adapter.supports,
    name: adapter.name,
    ...(adapter.leaseMs !== undefined && { leaseMs: adapter.leaseMs }),
    open: (namespace, options) => adapter.open(namespace, { ...options, readOnly: true }),
    ...(checkHash && { checkHash: checkHash.bind(adapter) }),
    ...(ping && { ping: ping.bind(adapter) }),
    ...(namespaces && { namespaces: namespaces.bind(adapter) }),
    ...(exists && { exists: exists.bind(adapter) }),
    close: () => adapter.close(),
  }
}
