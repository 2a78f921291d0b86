import type { Head } from '@persist/store'
import { isThenable } from '../runtime/thenable.ts'
import { keepLatest } from './keep-latest.ts'

const MOST = 100_000

/** A deletion that did not reach the store. */
export interface UnsavedDeletion {
  /** When it was asked for, in milliseconds since 1970. */
  readonly askedAt: number
  /** Whether it is to delete this entry. */
  readonly deletes: (stored: Head) => boolean
  /** Calls that begin from now on wait for it. */
  readonly begin: () => void
  /** Does it, or keeps it again. Never fails. */
  readonly store: () => unknown
  /** Gives it up. */
  readonly drop: () => void
}

/** The deletions that did not reach their store, by their names. */
export class UnsavedDeletions {
  readonly #kept = new Map<string, UnsavedDeletion>()
  /** Those that {@link take} has returned and that are not made yet. */
  readonly #beingMade = new Map<string, UnsavedDeletion>()

  get isEmpty(): boolean {
    return this.#kept.size === 0 && this.#beingMade.size === 0
  }

  /** Keeps a deletion: up to 100,000, the latest ones. A later one of the same entries takes the place of an earlier one. */
  keep(name: string, deletion: UnsavedDeletion): void {
    // An earlier one may fail again after a later one has been kept, which deletes all that it would.
    if ((this.#kept.get(name)?.askedAt ?? Number.NEGATIVE_INFINITY) > deletion.askedAt) return
    keepLatest(this.#kept, name, deletion, MOST)
  }

  /** Whether the deletion of this name is to delete a stored entry. */
  areToDelete(name: string, stored: Head): boolean {
    return [this.#kept, this.#beingMade].some((deletions) => deletions.get(name)?.deletes(stored) === true)
  }

  /** Returns all, to be made. */
  take(): Pick<UnsavedDeletion, 'begin' | 'store'>[] {
    const all = [...this.#kept].map(([name, deletion]) => this.#taken(name, deletion))
    this.#kept.clear()
    return all
  }

  /** Gives up all. */
  dropAll(): void {
    const all = [...this.#kept.values()]
    this.#kept.clear()
    for (const { drop } of all) drop()
  }

  #taken(name: string, deletion: UnsavedDeletion): Pick<UnsavedDeletion, 'begin' | 'store'> {
    this.#beingMade.set(name, deletion)
    const end = () => {
      if (this.#beingMade.get(name) === deletion) this.#beingMade.delete(name)
    }
    const store = () => {
      const reply = deletion.store()
      return isThenable(reply) ? reply.then(end) : end()
    }
    return { begin: deletion.begin, store }
  }
}
