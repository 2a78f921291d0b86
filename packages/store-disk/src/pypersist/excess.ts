import type { Bounds } from '@persist/store'
import type { FileMark } from '../files/removal.ts'

/** An entry, for choosing. */
interface Kept {
  readonly at: FileMark
  readonly bytes: number
}

/** What has to go, so that the rest keeps the bounds: the newest stay. */
export function excess<T extends Kept>(kept: readonly T[], bounds: Bounds): T[] {
  const { maxEntries = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = bounds
  const newestFirst = [...kept].sort((a, b) => b.at.mtimeMs - a.at.mtimeMs)
  let bytes = 0
  const end = newestFirst.findIndex((one, index) => {
    bytes += one.bytes
    return index >= maxEntries || bytes > maxBytes
  })
  return end < 0 ? [] : newestFirst.slice(end)
}
