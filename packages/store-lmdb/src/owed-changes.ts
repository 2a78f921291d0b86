import type { Databases } from './environment.ts'

const RETRY_MS = 1_000

/** Changes that could not be made for lack of room. They are made with the next change that succeeds. Each is right at any time. */
export class OwedChanges {
  readonly #acts = new Set<(databases: Databases) => void>()
  readonly #settle: () => void
  #retry: NodeJS.Timeout | undefined

  /** @param settle Tries to make them. Called every second while there are any. */
  constructor(settle: () => void) {
    this.#settle = settle
  }

  get isEmpty(): boolean {
    return this.#acts.size === 0
  }

  add(act: (databases: Databases) => void): void {
    this.#acts.add(act)
    this.#retryLater()
  }

  /** Makes all, in a transaction. They are owed until it has succeeded: see {@link clear}. */
  make(databases: Databases): void {
    for (const act of this.#acts) act(databases)
  }

  /** They have been made, or their file has been removed. */
  clear(): void {
    this.#acts.clear()
  }

  /** Tries no more. */
  stop(): void {
    clearTimeout(this.#retry)
    this.#retry = undefined
  }

  #retryLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined
      this.#settle()
      if (!this.isEmpty) this.#retryLater()
    }, RETRY_MS)
    this.#retry.unref?.()
  }
}
