import type { Bounds } from '@persist/store'
import type { EntryFiles } from '../files/entry-files.ts'
import { entryNames, headAt } from '../files/listing.ts'
import { isOwnEntry } from '../files/own-entry.ts'
import type { FileMark } from '../files/removal.ts'
import { mayBeDropped } from '../format/may-be-dropped.ts'
import { lastUse } from './last-use.ts'
import type { Usage } from './usage-file.ts'

/** How many entries went, and what is left. */
export interface Pruned {
  readonly pruned: number
  readonly left: Usage
}

/**
 * Deletes what may not be served any more at `now`, and what alone is larger than the bounds; then what was unused for longest,
 * down to the bounds.
 */
export function prune(files: EntryFiles, now: number, bounds: Bounds): Pruned {
  const kept = new Ages(files.options.clock.now())
  const { maxBytes = Number.POSITIVE_INFINITY } = bounds
  let pruned = 0
  for (const { name, path, stat } of statted(files)) {
    const head = headAt(files, name)
    if (head === undefined) continue
    if (!mayBeDropped(head, now) && stat.size <= maxBytes) kept.add(stat.mtimeMs, stat.size)
    else if (files.removal.removeUnchanged(path, stat)) pruned++
  }
  const excess = kept.excess(bounds)
  const gone = excess === undefined ? { entries: 0, bytes: 0 } : removeExcess(files, excess, kept)
  const left = { entries: kept.count - gone.entries, bytes: Math.max(0, kept.bytes - gone.bytes) }
  return { pruned: pruned + gone.entries, left }
}

/** What is too much: all that is older than `before`, and of that very age some more. */
interface Excess {
  readonly before: number
  readonly entries: number
  readonly bytes: number
}

/** A second walk, so that the names of all entries need not be remembered. */
function removeExcess(files: EntryFiles, excess: Excess, ages: Ages): Usage {
  const removed = { entries: 0, bytes: 0 }
  for (const { name, path, stat } of statted(files)) {
    if (excess.entries <= removed.entries && excess.bytes <= removed.bytes) break
    if (ages.of(stat.mtimeMs) > excess.before || !isOwnEntry(files.options, files.folder.path ?? '', name)) continue
    if (!files.removal.removeUnchanged(path, stat)) continue
    removed.entries++
    removed.bytes += stat.size
  }
  return removed
}

function* statted(files: EntryFiles): Generator<{ name: string; path: string; stat: FileMark }> {
  for (const name of entryNames(files)) {
    const path = (files.folder.path ?? '') + name
    const stat = files.options.fs.lstatSync(path, { throwIfNoEntry: false })
    if (stat?.isFile()) yield { name, path, stat }
  }
}

/** Ages and sizes of files, 16 bytes each. */
class Ages {
  #times = new Float64Array(1024)
  #sizes = new Float64Array(1024)
  readonly #now: number
  count = 0
  bytes = 0

  constructor(now: number) {
    this.#now = now
  }

  /** For comparing, see `last-use.ts`. */
  of(mtimeMs: number): number {
    return lastUse(mtimeMs, this.#now)
  }

  add(mtimeMs: number, size: number): void {
    if (this.count === this.#times.length) {
      this.#times = doubled(this.#times)
      this.#sizes = doubled(this.#sizes)
    }
    this.#times[this.count] = this.of(mtimeMs)
    this.#sizes[this.count++] = size
    this.bytes += size
  }

  excess({ maxEntries = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY }: Bounds): Excess | undefined {
    const newestFirst = Uint32Array.from({ length: this.count }, (_, index) => index)
    newestFirst.sort((a, b) => this.#times[b]! - this.#times[a]!)
    let bytes = 0
    let kept = 0
    for (; kept < Math.min(this.count, maxEntries); kept++) {
      const more = bytes + this.#sizes[newestFirst[kept]!]!
      if (more > maxBytes) break
      bytes = more
    }
    if (kept === this.count) return undefined
    return { before: this.#times[newestFirst[kept]!]!, entries: this.count - kept, bytes: this.bytes - maxBytes }
  }
}

function doubled(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(array.length * 2)
  longer.set(array)
  return longer
}
