/** The objects that a walk has reached. */
export class SeenObjects {
  readonly #seen = new Set<object>()
  /** Dates that are not in the Set yet: while their times ascend, none is there twice. A Set of all takes longer. */
  #ascending: Date[] = []
  #lastTime = Number.NEGATIVE_INFINITY

  /** Adds an object. `false`: it was there already. */
  add(object: object): boolean {
    const { size } = this.#seen
    return this.#seen.add(object).size !== size
  }

  /** Adds a date with this time. `false`: it was there already. A date is added either by this or by {@link add}. */
  addDate(date: Date, time: number): boolean {
    if (time > this.#lastTime) {
      this.#lastTime = time
      this.#ascending.push(date)
      return true
    }
    for (const earlier of this.#ascending) this.#seen.add(earlier)
    this.#ascending = []
    this.#lastTime = Number.POSITIVE_INFINITY
    return this.add(date)
  }
}
