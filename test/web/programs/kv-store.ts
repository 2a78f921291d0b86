import type { Entry, ListedHead, Store, StoreAdapter } from '@persist/core'

/** An async store of one's own, as over a key-value service: 25 lines, without leases. */
export function kvStore(name: string): StoreAdapter<'async'> {
  const namespaces = new Map<string, Map<string, Entry>>()
  const supports = { lease: false, many: false, tags: false, bounds: false, persistent: false }
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1))
  function open(namespace: string): Store<'async'> {
    const kept = namespaces.get(namespace) ?? new Map<string, Entry>()
    namespaces.set(namespace, kept)
    return {
      get: async (hash) => pause().then(() => kept.get(hash)),
      set: async (entry) => pause().then(() => void kept.set(entry.hash, entry)),
      delete: async (hash) => kept.delete(hash),
      async clear() {
        const { size } = kept
        kept.clear()
        return size
      },
      async *entries() {
        yield* kept.values()
      },
      async *heads(): AsyncGenerator<ListedHead> {
        for (const { payload, ...head } of kept.values()) yield { ...head, bytes: payload.length }
      },
      stats: async () => ({ entries: kept.size, bytes: 0 }),
      prune: async () => 0,
    }
  }
  return { mode: 'async', supports, name: `kv://${name}`, open, async close() {} }
}
