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
  readonly search: number
}

/**
 * Values by key, each with all looks at files that it is made from. Another search takes a value with these looks, unless one of
 * them may change without another stamp.
 */
export class Memo<K, V> {
  readonly #searches: Searches
  readonly #known = new Map<K, Remembered<V>>()

  constructor(searches: Searches) {
    this.#searches = searches
  }

  get(key: K, find: () => V): V {
    let known = this.#known.get(key)
    if (known === undefined || !(known.isKept || known.search === this.#searches.search)) {
      const { value, looks, isKept } = this.#searches.record(find)
      known = { value, looks: [...looks], isKept, search: this.#searches.search }
      this.#known.set(key, known)
    }
    this.#searches.use(known)
    return known.value
  }
}
