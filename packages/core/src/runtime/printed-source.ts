const OF_BUN = 'bun-'

/** Bun compiles each file, and prints a function as it was compiled. The digests of its sources begin with this. */
export const SOURCE_PREFIX = 'Bun' in globalThis ? OF_BUN : ''

/** Whether two digests of sources can be compared: only those of Bun with those of Bun. */
export function areComparable(one: string, other: string): boolean {
  return one.startsWith(OF_BUN) === other.startsWith(OF_BUN)
}
