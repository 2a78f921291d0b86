import type { Bounds } from '@persist/store'
import { lastUse } from '../bounds/last-use.ts'
import type { FileMark } from '../files/removal.ts'

/** An entry, for choosing. */
interface Kept {
  readonly at: FileMark
  readonly bytes: number
}

/** What has to go, so that the rest keeps the bounds: what alone is larger than they are; then the newest stay. */
export function excess<T extends Kept>(kept: readonly T[], bounds: Bounds, now: number): T[] {
  const { maxEntries = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = bounds
  const tooLarge = kept.filter((one) => one.bytes > maxBytes)
  const newestFirst = kept
    .filter((one) => one.bytes <= maxBytes)
    .sort((a, b) => lastUse(b.at.mtimeMs, now) - lastUse(a.at.mtimeMs, now))
  let bytes = 0
  const end = newestFirst.findIndex((one, index) => {
    bytes += one.bytes
    return index >= maxEntries || bytes > maxBytes
  })
  return end < 0 ? tooLarge : [...tooLarge, ...newestFirst.slice(end)]
}
