import type { Lease, OpenOptions, Reply, Store, StoreAdapter } from '../contract.ts'

// Kept from the start: a test's fake clock must not stop the store.
const { setImmediate: soon } = globalThis

/** Waits for the event loop to turn once. */
const turn = () => new Promise<void>((resolve) => soon(resolve))

/**
 * The same store, answering with promises: for testing code over a synchronous and an asynchronous store alike.
 *
 * @param pause A wait before every method. Default: one turn of the event loop.
 * @example
 * ```ts
 * const cache = delayed(memoryStore())   // StoreAdapter<'async'>
 * ```
 */
export function delayed(adapter: StoreAdapter<'sync'>, pause: () => Promise<void> = turn): StoreAdapter<'async'> {
  const later = async <T>(act: () => T): Promise<T> => {
    await pause()
    return act()
  }
  const { checkHash, ping, namespaces, exists } = adapter
  return {
    mode: 'async',
    supports: adapter.supports,
    name: adapter.name,
    ...(adapter.leaseMs !== undefined && { leaseMs: adapter.leaseMs }),
    open: (namespace: string, options?: OpenOptions) => delayedStore(adapter.open(namespace, options), later),
    ...(checkHash && { checkHash: checkHash.bind(adapter) }),
    ...(ping && { ping: () => later(() => ping.call(adapter)) }),
    ...(namespaces && { namespaces: () => delayedListing(() => namespaces.call(adapter), later) }),
    ...(exists && { exists: () => later(() => exists.call(adapter)) }),
    close: () => later(() => adapter.close()),
  }
}

type Later = <T>(act: () => T) => Promise<T>

function delayedStore(store: Store<'sync'>, later: Later): Store<'async'> {
  const { getMany, deleteByTag, lease, tagFence } = store
  return {
    get: (hash) => later(() => store.get(hash)),
    ...(getMany && { getMany: (hashes) => later(() => getMany.call(store, hashes)) }),
    set: (entry) => later(() => store.set(entry)),
    delete: (hash) => later(() => store.delete(hash)),
    clear: () => later(() => store.clear()),
    entries: () => delayedListing(() => store.entries(), later),
    heads: () => delayedListing(() => store.heads(), later),
    stats: () => later(() => store.stats()),
    prune: (now, bounds) => later(() => store.prune(now, bounds)),
    ...(deleteByTag && { deleteByTag: (tag) => later(() => deleteByTag.call(store, tag)) }),
    ...(lease && {
      lease: (hash, ms, options): Reply<'async', Lease<'async'> | undefined> =>
        later(() => {
          const held = lease.call(store, hash, ms, options)
          return held && delayedLease(held, later)
        }),
    }),
    ...(tagFence && {
      tagFence: {
        mark: () => later(() => tagFence.mark()),
        record: (tag) => later(() => tagFence.record(tag)),
        hasDeleted: (mark, tags) => later(() => tagFence.hasDeleted(mark, tags)),
      },
    }),
  }
}

async function* delayedListing<T>(list: () => Iterable<T>, later: Later): AsyncGenerator<T> {
  for (const one of await later(list)) yield await later(() => one)
}

function delayedLease(lease: Lease<'sync'>, later: Later): Lease<'async'> {
  const { id, foundNothing, promised, waitsFor } = lease
  return {
    ...(id !== undefined && { id }),
    ...(foundNothing !== undefined && { foundNothing }),
    ...(promised && { promised: () => later(() => promised.call(lease)) }),
    ...(waitsFor && { waitsFor: (ids) => later(() => waitsFor.call(lease, ids)) }),
    publish: (entry) => later(() => lease.publish(entry)),
    renew: (ms) => later(() => lease.renew(ms)),
    release: () => later(() => lease.release()),
  }
}
