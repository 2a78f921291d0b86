import type { Bounds } from '../contract.ts'

/** What counts under bounds. */
export interface Bounded {
  readonly bytes: number
  /** When the entry was used last, or written if the store does not record uses, in milliseconds since 1970. */
  readonly usedAt: number
}

/**
 * The entries that have to go, so that the rest keeps the bounds: first those that alone are larger than `maxBytes`, then the
 * least recently used ones.
 */
export function surplusOf<T extends Bounded>(entries: readonly T[], bounds: Bounds): T[] {
  const { maxEntries = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = bounds
  const isSmall = ({ bytes }: Bounded) => (bytes > maxBytes ? 0 : 1)
  const firstToGo = [...entries].sort((a, b) => isSmall(a) - isSmall(b) || a.usedAt - b.usedAt)
  let left = entries.length
  let bytes = entries.reduce((sum, one) => sum + one.bytes, 0)
  const end = firstToGo.findIndex((one) => {
    if (left <= maxEntries && bytes <= maxBytes) return true
    left--
    bytes -= one.bytes
    return false
  })
  return end < 0 ? firstToGo : firstToGo.slice(0, end)
}
