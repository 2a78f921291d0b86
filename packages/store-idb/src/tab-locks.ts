/** The part of the Web Locks API (https://w3c.github.io/web-locks/) that this store uses. */
export interface Locks {
  request<T>(name: string, callback: () => Promise<T>): Promise<T>
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>
}

/**
 * Shows the tabs of an origin which leases are held: by a lock for each. The browser releases the locks of a tab that is
 * closed or has crashed, so its leases end without a wait.
 */
export class TabLocks {
  readonly #locks: Locks | undefined
  readonly #prefix: string

  constructor(locks: Locks | undefined, database: string) {
    this.#locks = locks
    this.#prefix = `@persist/store-idb ${database} `
  }

  /** Holds the lock of a lease until the returned function is called. */
  async hold(id: string): Promise<() => void> {
    const locks = this.#locks
    if (locks === undefined) return () => {}
    let release = () => {}
    await new Promise<void>((granted, failed) => {
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      locks
        .request(this.#prefix + id, () => {
          granted()
          return held
        })
        .catch(failed)
    })
    return release
  }

  /** Whether the tab that held the lease has ended. `false` also where that cannot be seen. */
  async isGone(id: string): Promise<boolean> {
    if (this.#locks === undefined) return false
    const { held = [] } = await this.#locks.query()
    return !held.some(({ name }) => name === this.#prefix + id)
  }
}
