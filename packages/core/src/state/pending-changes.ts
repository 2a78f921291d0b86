/**
 * The changes of one function's entries that this process has begun and that have not ended. Each waits for those before it,
 * so the last one of an entry stands for all.
 */
export class PendingChanges {
  readonly #lastOf = new Map<string, Promise<void>>()
  #lastOfAll: Promise<void> | undefined;

  /** The pending changes of one entry, and those of all entries if `ofAll`. Without a hash: every one. */
  *of(hash: string | undefined, ofAll: boolean): Generator<Promise<void>> {
    if (hash === undefined) yield* this.#lastOf.values()
    else {
      const last = this.#lastOf.get(hash)
      if (last !== undefined) yield last
    }
    if (ofAll && this.#lastOfAll !== undefined) yield this.#lastOfAll
  }

  /** Begins a change of one entry, or of all. Returns a function that ends it. */
  begin(hash: string | undefined): () => void {
    let resolve = () => {}
    const change = new Promise<void>((ended) => {
      resolve = ended
    })
    if (hash === undefined) this.#lastOfAll = change
    else this.#lastOf.set(hash, change)
    return () => {
      if (hash === undefined) {
        if (this.#lastOfAll === change) this.#lastOfAll = undefined
      } else if (this.#lastOf.get(hash) === change) this.#lastOf.delete(hash)
      resolve()
    }
  }
}
