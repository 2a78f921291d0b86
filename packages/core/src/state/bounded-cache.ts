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

/** `lru-cache`, evaluated on first use, since most functions have no memory tier. The build bundles it. */
export function boundedCache<V extends object>({ maxEntries, maxBytes, bytesOf }: CacheBounds<V>): BoundedCache<V> {
  const { LRUCache: Lru }: { LRUCache: typeof LRUCache<string, V> } = require('lru-cache')
  return new Lru({ max: maxEntries, maxSize: maxBytes, sizeCalculation: bytesOf })
}
