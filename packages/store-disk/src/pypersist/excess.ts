import type { Bounds } from '@persist/store'
import { lastUse } from '../bounds/last-use.ts'
import type { FileMark } from '../files/removal.ts'

/** An entry, for choosing. */
interface Kept {
  readonly at: FileMark
  readonly bytes: number
}

/** What has to go, so that the rest keeps the bounds: the newest stay. */
export function excess<T extends Kept>(kept: readonly T[], bounds: Bounds, now: number): T[] {
  const { maxEntries = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = bounds
  const newestFirst = [...kept].sort((a, b) => lastUse(b.at.mtimeMs, now) - lastUse(a.at.mtimeMs, now))
  let bytes = 0
  const end = newestFirst.findIndex((one, index) => {
    bytes += one.bytes
    return index >= maxEntries || bytes > maxBytes
  })
  return end < 0 ? [] : newestFirst.slice(end)
}
