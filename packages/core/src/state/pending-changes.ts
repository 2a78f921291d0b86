/**
 * The changes of one function's entries that this process has begun and that have not ended. Each waits for those before it,
 * so the last one of an entry stands for all.
 */
export class PendingChanges {
  readonly #lastOf = new Map<string, Promise<void>>()
  #lastOfAll: Promise<void> | undefined
  /** The last changes that began after `#lastOfAll`, which waits for those before. */
  #sinceAll = new Map<string, Promise<void>>();

  /** The pending changes of one entry, and those of all entries if `ofAll`. Without a hash: those that stand for every one. */
  *of(hash: string | undefined, ofAll: boolean): Generator<Promise<void>> {
    if (hash === undefined) yield* this.#sinceAll.values()
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
    if (hash === undefined) {
      this.#lastOfAll = change
      this.#sinceAll = new Map()
    } else {
      this.#lastOf.set(hash, change)
      this.#sinceAll.set(hash, change)
    }
    return () => {
      if (hash === undefined) {
        if (this.#lastOfAll === change) this.#lastOfAll = undefined
      } else {
        deleteIf(this.#lastOf, hash, change)
        deleteIf(this.#sinceAll, hash, change)
      }
      resolve()
    }
  }
}

function deleteIf<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.get(key) === value) map.delete(key)
}
