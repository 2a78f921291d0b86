import type { Look, Observer } from './observer.ts'

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
  readonly #observer: Observer
  readonly #known = new Map<K, Remembered<V>>()

  constructor(observer: Observer) {
    this.#observer = observer
  }

  get(key: K, find: () => V): V {
    let known = this.#known.get(key)
    if (known === undefined || !(known.isKept || known.search === this.#observer.search)) {
      const { value, looks, isKept } = this.#observer.record(find)
      known = { value, looks: [...looks], isKept, search: this.#observer.search }
      this.#known.set(key, known)
    }
    this.#observer.use(known)
    return known.value
  }
}
