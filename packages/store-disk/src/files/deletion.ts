import type { Root } from '../folder/root.ts'
import type { Target } from '../lease/token-factory.ts'
import type { Tokens } from '../lease/tokens.ts'
import { ALL_ENTRIES } from './entry-removal.ts'

/**
 * Deletes entries for good: ends their leases, removes their files, and removes what an eviction holds aside at this moment
 * and would put back. A token says so from before the first look until after the last: see `entry-removal.ts`.
 */
export class Deletion {
  readonly #tokens: Tokens
  readonly #root: Root
  readonly #namespaceId: string

  constructor(tokens: Tokens, root: Root, namespaceId: string) {
    this.#tokens = tokens
    this.#root = root
    this.#namespaceId = namespaceId
  }

  /** `removeFile` returns whether there was one. So does this. */
  ofOne(target: Target, removeFile: () => boolean): boolean {
    return this.#withToken(target, false, () => {
      if (this.#tokens.factory.mayHaveLeases(this.#namespaceId)) this.#tokens.end(target, 'lease')
      const wasAside = this.#tokens.end(target, 'aside') > 0
      return removeFile() || this.#tokens.end(target, 'aside') > 0 || wasAside
    })
  }

  /** `removeFiles` returns how many there were. So does this. */
  ofAll(removeFiles: () => number): number {
    return this.#withToken({ namespaceId: this.#namespaceId, entryId: ALL_ENTRIES }, 0, () => {
      if (this.#tokens.factory.mayHaveLeases(this.#namespaceId)) this.#tokens.endAll(this.#namespaceId, 'lease')
      const wereAside = this.#tokens.endAll(this.#namespaceId, 'aside')
      return removeFiles() + this.#tokens.endAll(this.#namespaceId, 'aside') + wereAside
    })
  }

  #withToken<T>(target: Target, nothing: T, act: () => T): T {
    if (!this.#root.check()) return nothing
    // Without tokens' folders nothing can be aside; and nothing is made for the sake of deleting nothing.
    const token = this.#root.isMade() ? this.#tokens.factory.createIfPossible(target, 'delete') : undefined
    try {
      return act()
    } finally {
      if (token !== undefined) this.#tokens.factory.drop(token)
    }
  }
}
