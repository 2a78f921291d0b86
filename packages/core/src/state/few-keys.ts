/** The limit on keys in a map that only saves work. */
const MAX_KEYS = 1_000

/** Removes the oldest key if the map is full. */
export function evictOldestKey(map: Map<string, unknown>): void {
  if (map.size >= MAX_KEYS) map.delete(map.keys().next().value!)
}
