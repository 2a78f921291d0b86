import type { Head } from '@persist/store'
import { isThenable } from '../runtime/thenable.ts'
import { keepLatest } from './keep-latest.ts'

const MOST = 100_000

/** A deletion that did not reach the store. */
export interface UnsavedDeletion {
  /** Whether it deletes a stored entry of its name. */
  readonly covers: (stored: Head) => boolean
  /** Calls that begin from now on wait for it. */
  readonly begin: () => void
  /** Does it, or keeps it again. Never fails. */
  readonly store: () => unknown
  /** Gives it up. */
  readonly drop: () => void
}

/** The deletions that did not reach their store, by their names. `scope` is the name of the one of all entries of a function. */
export class UnsavedDeletions {
  readonly #kept = new Map<string, UnsavedDeletion>()
  /** Those that {@link take} has returned and that are not made yet. */
  readonly #beingMade = new Map<string, UnsavedDeletion>()

  get isEmpty(): boolean {
    return this.#kept.size === 0 && this.#beingMade.size === 0
  }

  /** Keeps a deletion: up to 100,000, the latest ones. A later one of the same entries takes the place of an earlier one. */
  keep(name: string, deletion: UnsavedDeletion): void {
    keepLatest(this.#kept, name, deletion, MOST)
  }

  /** Whether a stored entry is to be deleted. */
  cover(scope: string, stored: Head): boolean {
    if (this.isEmpty) return false
    const names = [scope + stored.hash, scope, ...(stored.tags ?? []).map((tag) => deletionOfTag(scope, tag))]
    return [this.#kept, this.#beingMade].some((deletions) =>
      names.some((name) => deletions.get(name)?.covers(stored) === true),
    )
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

/** The name of a deletion by tag. */
export function deletionOfTag(scope: string, tag: string): string {
  return `${scope}\0${tag}`
}
