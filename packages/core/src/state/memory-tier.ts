import type { Entry } from '@persist/store'
import { byteLength } from '../runtime/byte-length.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { type BoundedCache, boundedCache } from './bounded-cache.ts'
import type { Circuit } from './circuit.ts'
import { freezeDeeply } from './freeze-deeply.ts'
import { copyTree, isPlainTree } from './plain-tree.ts'
import { RecentChanges } from './recent-changes.ts'

/** The longest payload beside which its value is held too. Values take several times the memory of their payloads. */
const LONGEST_WITH_VALUE = 16 * 1024
/**
 * A run of another process may store a result while this process deletes its tag. That run then deletes the result, usually within
 * milliseconds.
 */
const DELETED_AGAIN_WITHIN_MS = 5_000

/** The bounds of the tier, with defaults filled in. */
export interface MemoryBounds {
  readonly maxEntries: number
  readonly maxBytes: number
  /** How long an entry is served without reading the store again, in milliseconds. */
  readonly maxAge: number
  /** Values of which all parts can be frozen are frozen and shared. */
  readonly freezes: boolean
  /** The payloads are of our own pickle, so of an equal payload it always makes an equal value. */
  readonly isOwnPickle: boolean
}

/** An entry held in this process. */
export interface Held {
  readonly entry: Entry
  /** The value itself if it is immutable, so that it needs no unpickling. */
  shared: { readonly value: unknown } | undefined
  /** A value that no caller has, to copy for each. */
  tree: { readonly value: unknown } | undefined
  /** The value has parts that can neither be frozen nor copied. */
  needsUnpickling: boolean
  /** When the store last had the entry, by the monotonic clock. */
  readonly seenAt: number
}

/**
 * A cache in this process, in front of the store. It holds payloads, not values, so that every caller gets its own copy.
 * Immutable values need no copy, nor do frozen ones. Of a small value of arrays and plain objects it also holds the value, once
 * a call has met it in memory: a copy of it takes a tenth of the time of unpickling.
 */
export class MemoryTier {
  readonly #bounds: MemoryBounds
  readonly #monotonic: () => number
  readonly #changes = new RecentChanges()
  /** The tags that were deleted recently, and when, the oldest first. */
  readonly #deletedTags = new Map<string, number>()
  #held: BoundedCache<Held> | undefined

  constructor(bounds: MemoryBounds, monotonic: () => number) {
    this.#bounds = bounds
    this.#monotonic = monotonic
  }

  /** The entry held for a key, if the store had it within `maxAge`. While the store is unreachable, of any age. */
  get(canonicalKey: string, { error }: Circuit): Held | undefined {
    const held = this.#held?.get(canonicalKey)
    return held !== undefined && (error !== undefined || this.#monotonic() - held.seenAt <= this.#bounds.maxAge)
      ? held
      : undefined
  }

  /** The current position in the order of changes: taken before the store is read. */
  mark(): number {
    return this.#changes.mark()
  }

  /** Whether a key may have been let go since then. */
  hasChanged(canonicalKey: string, mark: number): boolean {
    return this.#changes.hasChanged(canonicalKey, mark)
  }

  /** Notes that the entries with a tag are deleted now. */
  noteDeletedTag(tag: string): void {
    const now = this.#monotonic()
    this.#deletedTags.delete(tag)
    this.#deletedTags.set(tag, now)
    for (const [oldest, deletedAt] of this.#deletedTags) {
      if (now - deletedAt <= DELETED_AGAIN_WITHIN_MS) return
      this.#deletedTags.delete(oldest)
    }
  }

  /** Whether the process that stored an entry may delete it again, since this process has deleted one of its tags. */
  mayBeDeletedAgain({ tags = [] }: Entry): boolean {
    if (this.#deletedTags.size === 0) return false
    const since = this.#monotonic() - DELETED_AGAIN_WITHIN_MS
    return tags.some((tag) => (this.#deletedTags.get(tag) ?? Number.NEGATIVE_INFINITY) >= since)
  }

  /** Holds an entry. `isFresh`: the value was just made of the payload, so that no other code has it. */
  hold(canonicalKey: string, entry: Entry, value: unknown, isFresh = false): void {
    this.#held ??= this.#make()
    const held: Held = {
      entry,
      shared: isChangeable(value) ? undefined : { value },
      tree: undefined,
      needsUnpickling: false,
      seenAt: this.#monotonic(),
    }
    if (isFresh) this.#share(held, value)
    this.#held.set(canonicalKey, held)
  }

  /** The value of an entry that is held: the shared one, or one of its own. */
  valueOf(held: Held, unpickle: (payload: Entry['payload']) => unknown): unknown {
    if (held.shared !== undefined) return held.shared.value
    if (held.tree !== undefined) return copyTree(held.tree.value)
    const value = unpickle(held.entry.payload)
    this.#share(held, value)
    this.#keepTree(held, value)
    return value
  }

  #share(held: Held, value: unknown): void {
    if (!this.#bounds.freezes || held.shared !== undefined || held.needsUnpickling) return
    if (freezeDeeply(value)) held.shared = { value }
    else held.needsUnpickling = true
  }

  #keepTree(held: Held, value: unknown): void {
    if (this.#bounds.freezes || !this.#bounds.isOwnPickle || held.needsUnpickling) return
    if (held.entry.payload.length <= LONGEST_WITH_VALUE && isPlainTree(value)) held.tree = { value: copyTree(value) }
    else held.needsUnpickling = true
  }

  /** Drops one key, or all. Entries that were requested from the store before are not held either. */
  drop(canonicalKey?: string): void {
    this.#changes.record(canonicalKey)
    if (canonicalKey === undefined) this.#held?.clear()
    else this.#held?.delete(canonicalKey)
  }

  #make(): BoundedCache<Held> {
    return boundedCache({
      maxEntries: this.#bounds.maxEntries,
      maxBytes: this.#bounds.maxBytes,
      bytesOf: ({ entry }, canonicalKey) => byteLength(entry.payload) + canonicalKey.length + 1,
    })
  }
}
