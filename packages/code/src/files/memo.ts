import type { Look, Recorder } from './look.ts'

/** What knows which looks a value is made from. */
interface Searches {
  readonly search: number
  record<V>(find: () => V): Recorder & { readonly value: V }
  use(made: { readonly looks: Iterable<Look>; readonly isKept: boolean }): void
}

interface Remembered<V> {
  readonly value: V
  readonly looks: readonly Look[]
  readonly isKept: boolean
}

/**
 * Values by key, each with all looks at files that it is made from. Another search takes a value with these looks, unless one of
 * them may change without another stamp.
 */
export class Memo<K, V> {
  readonly #searches: Searches
  readonly #known = new Map<K, Remembered<V>>()
  /** The keys of values that are right for the last search only. */
  #passing: K[] = []
  #search = 0

  constructor(searches: Searches) {
    this.#searches = searches
  }

  get(key: K, find: () => V): V {
    this.#forgetPassing()
    let known = this.#known.get(key)
    if (known === undefined) {
      const { value, looks, isKept } = this.#searches.record(find)
      known = { value, looks: [...looks], isKept }
      this.#known.set(key, known)
      if (!isKept) this.#passing.push(key)
    }
    this.#searches.use(known)
    return known.value
  }

  #forgetPassing(): void {
    if (this.#search === this.#searches.search) return
    this.#search = this.#searches.search
    for (const key of this.#passing) this.#known.delete(key)
    this.#passing = []
  }
}
