import type { TagFence } from '@persist/store'

/** How many tags are remembered. For a mark before the oldest of them, `hasDeleted` returns `true`. */
const MAX_TAGS = 10_000

/** Counts deletions by tag in one namespace. */
export class MemoryDeletions implements TagFence<'sync'> {
  #count = 0
  /** The count up to which deletions are forgotten. */
  #forgotten = 0
  /** The last deletion of each tag, oldest first. */
  readonly #last = new Map<string, number>()

  mark(): string {
    return String(this.#count)
  }

  record(tag: string): void {
    this.#last.delete(tag)
    this.#last.set(tag, ++this.#count)
    if (this.#last.size <= MAX_TAGS) return
    const [oldest, count] = this.#last.entries().next().value!
    this.#last.delete(oldest)
    this.#forgotten = count
  }

  hasDeleted(mark: string, tags: readonly string[]): boolean {
    const since = /^\d{1,15}$/.test(mark) ? Number(mark) : -1
    return since < this.#forgotten || since > this.#count || tags.some((tag) => (this.#last.get(tag) ?? 0) > since)
  }
}
