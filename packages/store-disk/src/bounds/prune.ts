import type { Bounds } from '@persist/store'
import type { EntryFiles } from '../files/entry-files.ts'
import { entryNames, headAt } from '../files/listing.ts'
import { type FileMark, removeUnchanged } from '../files/removal.ts'

/** Deletes what expired at or before `now`, then what was unused for longest, down to the bounds; tells how many. */
export function prune(files: EntryFiles, now: number, bounds: Bounds): number {
  const kept = new Ages()
  let pruned = 0
  for (const { path, stat } of statted(files)) {
    const head = headAt(files, path)
    if (head === undefined) continue
    if (head.expiresAt === undefined || head.expiresAt > now) kept.add(stat.mtimeMs, stat.size)
    else if (removeUnchanged(files.plan, path, stat)) pruned++
  }
  const excess = kept.excess(bounds)
  return excess === undefined ? pruned : pruned + removeExcess(files, excess)
}

/** What is too much: all that is older than `before`, and of that very age some more. */
interface Excess {
  readonly before: number
  entries: number
  bytes: number
}

/** A second walk, so that the names of all entries need not be remembered. */
function removeExcess(files: EntryFiles, excess: Excess): number {
  let removed = 0
  for (const { path, stat } of statted(files)) {
    if (excess.entries <= 0 && excess.bytes <= 0) break
    if (stat.mtimeMs > excess.before || !removeUnchanged(files.plan, path, stat)) continue
    excess.entries--
    excess.bytes -= stat.size
    removed++
  }
  return removed
}

function* statted(files: EntryFiles): Generator<{ path: string; stat: FileMark }> {
  for (const name of entryNames(files)) {
    const path = (files.folder.path ?? '') + name
    const stat = files.plan.fs.lstatSync(path, { throwIfNoEntry: false })
    if (stat?.isFile()) yield { path, stat }
  }
}

/** Ages and sizes of files, 16 bytes each. */
class Ages {
  #times = new Float64Array(1024)
  #sizes = new Float64Array(1024)
  #count = 0

  add(time: number, size: number): void {
    if (this.#count === this.#times.length) {
      this.#times = doubled(this.#times)
      this.#sizes = doubled(this.#sizes)
    }
    this.#times[this.#count] = time
    this.#sizes[this.#count++] = size
  }

  excess({ maxEntries = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY }: Bounds): Excess | undefined {
    const newestFirst = Uint32Array.from({ length: this.#count }, (_, index) => index)
    newestFirst.sort((a, b) => this.#times[b]! - this.#times[a]!)
    let bytes = 0
    let kept = 0
    for (; kept < Math.min(this.#count, maxEntries); kept++) {
      const more = bytes + this.#sizes[newestFirst[kept]!]!
      if (more > maxBytes) break
      bytes = more
    }
    if (kept === this.#count) return undefined
    const all = this.#sizes.subarray(0, this.#count).reduce((sum, size) => sum + size, 0)
    return { before: this.#times[newestFirst[kept]!]!, entries: this.#count - kept, bytes: all - maxBytes }
  }
}

function doubled(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(array.length * 2)
  longer.set(array)
  return longer
}
