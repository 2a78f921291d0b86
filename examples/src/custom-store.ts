// Your own store: a Map, in 30 lines. Test a real one with @persist/store/conformance.
import { type Entry, persist, type Store, type StoreAdapter } from '@persist/core'

function mapStore(): StoreAdapter<'sync'> {
  const open = (): Store<'sync'> => {
    const kept = new Map<string, Entry>()
    const bytes = ({ payload }: Entry) => Buffer.byteLength(payload)
    return {
      get: (hash) => kept.get(hash),
      set: (entry) => void kept.set(entry.hash, entry),
      delete: (hash) => kept.delete(hash),
      clear() {
        const { size } = kept
        kept.clear()
        return size
      },
      entries: () => kept.values(),
      heads: function* () {
        for (const { payload, ...head } of kept.values()) yield { ...head, bytes: Buffer.byteLength(payload) }
      },
      stats: () => ({ entries: kept.size, bytes: [...kept.values()].reduce((sum, entry) => sum + bytes(entry), 0) }),
      prune(now) {
        const expired = [...kept.values()].filter(({ expiresAt = Number.POSITIVE_INFINITY }) => expiresAt <= now)
        for (const { hash } of expired) kept.delete(hash)
        return expired.length
      },
    }
  }
  const supports = { lease: false, many: false, tags: false, bounds: false, persistent: false }
  return { mode: 'sync', name: 'map://example', supports, open, close() {} }
}

const cube = persist((x: number) => x ** 3, { funcname: 'cube', cache: mapStore(), storekey: true })
console.log(cube(3), cube(3), [...cube.cache.entries()])
console.log(`${cube.stats().hits} hit, ${cube.stats().misses} miss`)
