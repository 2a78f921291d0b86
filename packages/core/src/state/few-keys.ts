/** For how many keys something is remembered that only saves work. */
const MOST_KEYS = 1_000

/** Lets go of the oldest key if there are as many as are remembered. */
export function evictOldestKey(map: Map<string, unknown>): void {
  if (map.size >= MOST_KEYS) map.delete(map.keys().next().value!)
}
