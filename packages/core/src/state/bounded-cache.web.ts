import type { BoundedCache, CacheBounds } from './bounded-cache.ts'

/** For pages: `lru-cache` would be a fifteenth of what they load. */
export function boundedCache<V extends object>(bounds: CacheBounds<V>): BoundedCache<V> {
  return new MapInOrderOfUse(bounds)
}

/** A `Map` iterates in the order of insertion, so a key that is inserted again is the last to be dropped. */
class MapInOrderOfUse<V extends object> implements BoundedCache<V> {
  readonly #bounds: CacheBounds<V>
  readonly #kept = new Map<string, { readonly value: V; readonly bytes: number }>()
  #bytes = 0

  constructor(bounds: CacheBounds<V>) {
    this.#bounds = bounds
  }

  get(key: string): V | undefined {
    const kept = this.#kept.get(key)
    if (kept === undefined) return undefined
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    return kept.value
  }

  set(key: string, value: V): void {
    const { maxEntries, maxBytes, bytesOf } = this.#bounds
    const bytes = bytesOf(value, key)
    this.delete(key)
    if (bytes > maxBytes) return
    this.#kept.set(key, { value, bytes })
    this.#bytes += bytes
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= maxEntries && this.#bytes <= maxBytes) return
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0
    this.#kept.delete(key)
  }

  clear(): void {
    this.#kept.clear()
    this.#bytes = 0
  }
}
