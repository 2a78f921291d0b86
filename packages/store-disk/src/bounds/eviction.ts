import type { Bounds } from '@persist/store'
import type { EntryRemoval } from '../files/entry-removal.ts'
import { isSameFile } from '../files/removal.ts'
import type { NamespaceFolder } from '../folder/namespace-folder.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { Candidates } from './candidates.ts'
import { cancelFlush, flushOnExit } from './flush-on-exit.ts'
import { isToCome, lastUse } from './last-use.ts'
import { type Usage, UsageFile } from './usage-file.ts'
import type { UsageTracking } from './usage-tracking.ts'
import { type MetFile, Walk } from './walk.ts'

/** How many files a write looks at; more while there are many too many, and how many it then removes at most. */
const LOOKS = 4
const LOOKS_WHEN_OVER = 24
const MOST_REMOVALS = 8
const FEWEST_TO_CHOOSE_FROM = 16
/** How many files the first count looks at, at once: some 20 ms. The rest are counted by their names. */
const FIRST_LOOKS = 4096
/** Changes that are noted together; fewer under small bounds. */
const LONGEST_BATCH = 16
const NOTES_PER_READ = 8
/** A hit renews a file's time this seldom, in milliseconds. */
const TOUCH_AFTER = 3_600_000
/** Where a writer begins its first round in a large folder. */
const LARGEST_SKIP = 512

/**
 * Keeps a namespace within its bounds, a little with every write. Each write looks at the next files of the folder. While
 * there are too many files, it removes those that were unused for longest of all that were met recently.
 */
export class Eviction implements UsageTracking {
  readonly #options: ResolvedOptions
  readonly #folder: NamespaceFolder
  readonly #removal: EntryRemoval
  readonly #usageFile: UsageFile
  readonly #walk: Walk
  readonly #bounds: Required<Bounds>
  readonly #batch: number
  #usage: { entries: number; bytes: number } | undefined
  #pending = { entries: 0, bytes: 0, changes: 0 }
  readonly #candidates = new Candidates()
  #notes = 0
  /** The time by the clock that gives files their times, when something was last written. */
  #now = 0

  constructor(
    options: ResolvedOptions,
    folder: NamespaceFolder,
    namespaceId: string,
    removal: EntryRemoval,
    bounds: Bounds,
  ) {
    const { maxEntries = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = bounds
    this.#options = options
    this.#folder = folder
    this.#removal = removal
    this.#usageFile = new UsageFile(options, namespaceId)
    this.#walk = new Walk(options, folder)
    this.#bounds = { maxEntries, maxBytes }
    this.#batch = Math.max(1, Math.min(LONGEST_BATCH, Math.floor(maxEntries / 64)))
  }

  sizeOf(path: string): number | undefined {
    return this.#options.fs.lstatSync(path, { throwIfNoEntry: false })?.size
  }

  /** An entry was written: time to evict a little. */
  wrote(path: string, size: number, replaced: number | undefined): void {
    const written = this.#options.fs.lstatSync(path, { throwIfNoEntry: false })
    this.#now = written?.mtimeMs ?? this.#options.clock.now()
    this.#usage ??= this.#begin()
    // An entry that alone is over the bounds goes: the others would go in vain.
    const isTooLarge = written !== undefined && size > this.#bounds.maxBytes
    const isThere = !isTooLarge || !this.#removal.removeUnchanged(path, written)
    const added = isThere ? { entries: 1, bytes: size } : { entries: 0, bytes: 0 }
    this.#change({
      entries: added.entries - (replaced === undefined ? 0 : 1),
      bytes: added.bytes - (replaced ?? 0),
    })
    const counted = this.#walk.step(this.#looks(), (file) => this.#meet(file))
    if (counted !== undefined) this.#recount(counted)
    this.#removeExcess()
  }

  removed(size: number | undefined): void {
    if (size !== undefined) this.#change({ entries: -1, bytes: -size })
  }

  used(path: string): void {
    const { fs, clock } = this.#options
    const stat = fs.lstatSync(path, { throwIfNoEntry: false })
    const now = clock.now()
    if (stat === undefined || (now - stat.mtimeMs < TOUCH_AFTER && !isToCome(stat.mtimeMs, now))) return
    try {
      fs.lutimesSync(path, now / 1000, now / 1000)
    } catch {
      // A foreign file, or a folder that cannot be written: it counts as unused, and nothing else follows.
    }
  }

  counted(usage: Usage): void {
    this.#pending = { entries: 0, bytes: 0, changes: 0 }
    cancelFlush(this)
    this.#walk.close()
    const isNoted = this.#usageFile.exists()
    if (isNoted) this.#usageFile.start(usage)
    this.#usage = isNoted ? { ...usage } : undefined
  }

  /** Notes what is not noted yet, and lets go of the folder. */
  close(): void {
    this.flush()
    this.#usage = undefined
    this.#walk.close()
  }

  /** Notes the changes for other writers. */
  flush(): void {
    cancelFlush(this)
    const { changes, ...change } = this.#pending
    if (changes === 0) return
    this.#pending = { entries: 0, bytes: 0, changes: 0 }
    this.#usageFile.add(change)
  }

  #begin(): { entries: number; bytes: number } {
    let usage = this.#usageFile.read()
    if (usage === undefined) {
      usage = this.#countFirst()
      this.#usageFile.start(usage)
    }
    if (usage.entries > LARGEST_SKIP) this.#walk.skip(Math.floor(Math.random() * LARGEST_SKIP))
    return { ...usage }
  }

  /** Of many files not all are looked at, but all are counted: else writers that live for a write would see no excess. */
  #countFirst(): Usage {
    const usage = { entries: 0, bytes: 0 }
    const counter = new Walk(this.#options, this.#folder)
    const all = counter.step(FIRST_LOOKS, ({ size }) => {
      usage.entries++
      usage.bytes += size
    })
    if (all === undefined && usage.entries > 0) {
      const entries = usage.entries + counter.countRest()
      usage.bytes = Math.round((usage.bytes / usage.entries) * entries)
      usage.entries = entries
    }
    counter.close()
    // What was just written is there already, and comes on top.
    return { entries: Math.max(0, usage.entries - 1), bytes: usage.bytes }
  }

  #meet(file: MetFile): void {
    const isTooLarge = file.size > this.#bounds.maxBytes
    this.#candidates.meet({ ...file, usedAt: isTooLarge ? Number.NEGATIVE_INFINITY : lastUse(file.mtimeMs, this.#now) })
  }

  #change(change: Usage): void {
    this.#pending.entries += change.entries
    this.#pending.bytes += change.bytes
    this.#pending.changes++
    if (this.#usage !== undefined) {
      this.#usage.entries += change.entries
      this.#usage.bytes += change.bytes
    }
    if (change.entries > 0) this.#walk.adjust(change)
    if (this.#pending.changes < this.#batch) {
      flushOnExit(this)
      return
    }
    this.flush()
    // For the changes of others; in a small folder the walk sees them sooner.
    if (++this.#notes % NOTES_PER_READ !== 0 || this.#usage === undefined) return
    const noted = this.#usageFile.read()
    if (noted !== undefined) this.#usage = { ...noted }
  }

  #recount(counted: Usage): void {
    const known = this.#usage
    if (known?.entries === counted.entries && known.bytes === counted.bytes) return
    this.#usage = { ...counted }
    this.#pending = { entries: 0, bytes: 0, changes: 0 }
    this.#usageFile.start(counted)
  }

  #looks(): number {
    if (this.#excess() > MOST_REMOVALS) return LOOKS_WHEN_OVER
    return Math.max(LOOKS, FEWEST_TO_CHOOSE_FROM - this.#candidates.size)
  }

  #removeExcess(): void {
    let removals = 0
    // Each at most once: one that turns out to be in use goes back.
    for (let left = this.#candidates.size; left > 0 && removals < MOST_REMOVALS && this.#excess() > 0; left--) {
      const file = this.#candidates.take()
      if (file === undefined) return
      const path = (this.#folder.path ?? '') + file.name
      const stat = this.#options.fs.lstatSync(path, { throwIfNoEntry: false })
      if (stat === undefined) continue
      if (!isSameFile(stat, file)) {
        // Used or written again since it was met.
        const { dev, ino, mtimeMs, size } = stat
        this.#meet({ ...file, dev, ino, mtimeMs, size })
      } else if (this.#removal.removeUnchanged(path, file)) {
        if (this.#walk.isOfThisRound(file)) this.#walk.adjust({ entries: -1, bytes: -file.size })
        this.#change({ entries: -1, bytes: -file.size })
        removals++
      }
    }
  }

  #excess(): number {
    const usage = this.#usage
    if (usage === undefined) return 0
    return Math.max(usage.entries - this.#bounds.maxEntries, usage.bytes > this.#bounds.maxBytes ? 1 : 0)
  }
}
