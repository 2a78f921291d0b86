/** A set of pairs of objects. */
export class Pairs<T extends object> {
  readonly #pairs = new Map<T, Set<T>>()

  has(one: T, other: T): boolean {
    return this.#pairs.get(one)?.has(other) === true
  }

  add(one: T, other: T): void {
    this.#pairs.set(one, (this.#pairs.get(one) ?? new Set()).add(other))
  }
}
