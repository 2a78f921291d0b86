import type { LRUCache } from 'lru-cache'

/** Values by key, within bounds: the least recently used are dropped first. */
export interface BoundedCache<V> {
  get(key: string): V | undefined
  set(key: string, value: V): unknown
  delete(key: string): unknown
  clear(): void
}

export interface CacheBounds<V> {
  readonly maxEntries: number
  readonly maxBytes: number
  /** The bytes of a value and its key, more than 0. A value of more than `maxBytes` is not kept. */
  readonly bytesOf: (value: V, key: string) => number
}

/** `lru-cache` takes memory for all entries at once: up to so many. */
const MOST_AT_ONCE = 100_000
/** A `Map`, in which it keeps the keys, holds no more than 2^24. */
const MOST = 16_000_000

/** `lru-cache`, evaluated on first use, since most functions have no memory tier. The build bundles it. */
export function boundedCache<V extends object>({ maxEntries, maxBytes, bytesOf }: CacheBounds<V>): BoundedCache<V> {
  const { LRUCache: Lru }: { LRUCache: typeof LRUCache<string, V> } = require('lru-cache')
  const sizes = { maxSize: maxBytes, sizeCalculation: bytesOf }
  if (maxEntries <= MOST_AT_ONCE) return new Lru({ ...sizes, max: maxEntries })
  const growing = new Lru(sizes)
  const most = Math.min(maxEntries, MOST)
  return {
    get: (key) => growing.get(key),
    set: (key, value) => {
      growing.set(key, value)
      if (growing.size > most) growing.pop()
    },
    delete: (key) => growing.delete(key),
    clear: () => growing.clear(),
  }
}
