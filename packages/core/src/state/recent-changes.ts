/** So many changes are remembered. */
const MOST = 10_000
/** So many characters at each end of a key are read. */
const READ = 128

/**
 * The order of changes in a memory tier: whether one came after a read of the store began. It knows keys by a number, so
 * that long keys cost nothing, and forgets the oldest changes. Either can only make it report a change that was none.
 */
export class RecentChanges {
  #count = 0
  /** The count up to which changes have been forgotten. */
  #forgotten = 0
  /** The last change of each key, the oldest first. */
  readonly #last = new Map<number, number>()

  /** The current position in the order. */
  mark(): number {
    return this.#count
  }

  /** Records a change of one key, or of all. */
  record(key: string | undefined): void {
    this.#count++
    if (key === undefined) {
      this.#last.clear()
      this.#forgotten = this.#count
      return
    }
    const number = numberOf(key)
    this.#last.delete(number)
    this.#last.set(number, this.#count)
    if (this.#last.size <= MOST) return
    const [oldest, count] = this.#last.entries().next().value!
    this.#last.delete(oldest)
    this.#forgotten = count
  }

  /** Whether a key may have been changed since `mark`. */
  hasChanged(key: string, mark: number): boolean {
    return mark < this.#forgotten || (this.#last.get(numberOf(key)) ?? 0) > mark
  }
}

/** A number of 32 bits: FNV-1a of both ends of the key, with its length. */
function numberOf(key: string): number {
  let number = 0x811c9dc5 ^ key.length
  for (let index = 0; index < key.length; index++) {
    if (index === READ && key.length > 2 * READ) index = key.length - READ
    number = Math.imul(number ^ key.charCodeAt(index), 0x01000193)
  }
  return number
}
