import { PickleError } from '@persist/errors'
import type { ByteRange } from './built-in-type.ts'
import { formatPath, type Step } from './path.ts'

/** A byte range, with the path to the value that shows it. */
export interface FoundRange extends ByteRange {
  readonly path: readonly Step[]
}

/**
 * Refuses two typed arrays over the same bytes, and a URL beside its own `searchParams`: they would come back as two
 * copies, and a change in one would no longer show in the other. Small Buffers that only share Node's pool are fine.
 */
export function refuseSharedBuffers({ byteRanges }: { readonly byteRanges: readonly FoundRange[] }): void {
  const range = firstOverlap(byteRanges)
  if (range !== undefined)
    throw new PickleError('two objects over the same memory would come back as two copies', formatPath(range.path))
}

/** The first range that overlaps with another one. */
export function firstOverlap<T extends ByteRange>(byteRanges: readonly T[]): T | undefined {
  if (byteRanges.length < 2) return undefined
  const byBuffer = new Map<object, T[]>()
  for (const range of byteRanges) {
    if (range.start === range.end) continue
    const others = byBuffer.get(range.buffer)
    if (others === undefined) byBuffer.set(range.buffer, [range])
    else others.push(range)
  }
  for (const group of byBuffer.values()) {
    group.sort((a, b) => a.start - b.start)
    let end = 0
    for (const range of group) {
      if (range.start < end) return range
      end = Math.max(end, range.end)
    }
  }
  return undefined
}
