import type { Bounds, Entry, Lease, LeaseOptions, ListedHead, OpenOptions, Store } from '@persist/store'
import { entryDamaged, leaseHolder, operationOn } from '@persist/store/kit'
import { shrink } from './bounds.ts'
import { decode, decodeHead, encode } from './entry-codec.ts'
import { type Databases, type Environment, peek } from './environment.ts'
import { toStoreError } from './errors.ts'
import { Eviction } from './eviction.ts'
import { removeExpired } from './expiry.ts'
import { checkHash, hashOf, keyOf, prefixOf, reusableKeysOf } from './keys.ts'
import { LmdbLease, takeLease } from './lease.ts'
import type { LmdbLeaseObserver } from './lease-observer.ts'
import { LmdbTagFence } from './tag-fence.ts'
import { putEntry, removeEntry, type Totals, totalsOf } from './totals.ts'
import { keysIn, type Namespace, removeRange } from './walk.ts'

type Read<T> = (record: Buffer, length: number, key: Buffer, hash: string) => T | undefined

/** What all namespaces of one adapter share. */
export interface Shared {
  /** The store as a person would name it. */
  readonly name: string
  readonly environment: Environment
  /** Watches the leases of others, in all namespaces together. */
  readonly observer: LmdbLeaseObserver
}

/** One namespace of an LMDB file. */
export class NamespaceStore implements Store<'sync'> {
  readonly tagFence: LmdbTagFence
  readonly #shared: Shared
  readonly #namespace: Namespace
  readonly #report: OpenOptions['report']
  readonly #bounds: Bounds | undefined
  readonly #eviction: Eviction | undefined
  readonly #reusableKey: (hash: string) => Buffer

  constructor(shared: Shared, name: string, { bounds, report }: OpenOptions = {}) {
    this.#shared = shared
    this.#namespace = { name, prefix: prefixOf(name) }
    this.#reusableKey = reusableKeysOf(this.#namespace.prefix)
    this.#report = report
    this.#bounds = bounds
    this.#eviction =
      bounds &&
      new Eviction({
        environment: shared.environment,
        namespace: this.#namespace,
        bounds,
        report,
        withStoreErrors: (operation, act) => this.#withStoreErrors(operation, undefined, act),
      })
    this.tagFence = new LmdbTagFence(shared.environment, this.#namespace.prefix, (operation, act) =>
      this.#withStoreErrors(operation, undefined, act),
    )
  }

  get(hash: string): Entry | undefined {
    try {
      return this.#find(hash)
    } catch (error) {
      throw this.#toStoreError('get', hash, error)
    }
  }

  getMany(hashes: readonly string[]): (Entry | undefined)[] {
    return this.#withStoreErrors('getMany', undefined, () => {
      this.#shared.environment.now()
      return hashes.map((hash) => this.#find(hash))
    })
  }

  set(entry: Entry): void {
    this.#put('set', entry, () => true)
  }

  delete(hash: string): boolean {
    return this.#withStoreErrors('delete', hash, () => {
      const key = this.#keyOf(hash)
      const { entries, leases } = this.#shared.environment.now()
      if (!entries.doesExist(key) && !leases.doesExist(key)) return false
      return this.#shared.environment.change((databases) => {
        databases.leases.removeSync(key)
        return removeEntry(databases, this.#namespace.prefix, key)
      })
    })
  }

  clear(): number {
    const { prefix } = this.#namespace
    return this.#withStoreErrors('clear', undefined, () =>
      this.#shared.environment.change((databases) => {
        const { entries } = totalsOf(databases, prefix)
        for (const database of [databases.entries, databases.leases, databases.used]) removeRange(database, prefix)
        databases.totals.removeSync(prefix)
        return entries
      }),
    )
  }

  entries(): Generator<Entry> {
    return this.#walk('entries', decode)
  }

  heads(): Generator<ListedHead> {
    return this.#walk('heads', decodeHead)
  }

  stats(): Totals {
    return this.#withStoreErrors('stats', undefined, () =>
      totalsOf(this.#shared.environment.now(), this.#namespace.prefix),
    )
  }

  prune(now: number, bounds = this.#bounds): number {
    return this.#withStoreErrors('prune', undefined, () => {
      const gone = removeExpired(this.#shared.environment, this.#namespace, this.heads(), now)
      return gone + (bounds ? this.#shrink(bounds) : 0)
    })
  }

  lease(hash: string, ms: number, { steal = false, onHeld }: LeaseOptions = {}): Lease<'sync'> | undefined {
    const key = this.#keyOf(hash)
    const { environment } = this.#shared
    const { taken, heldBy } = this.#withStoreErrors('lease', hash, () =>
      takeLease(environment, this.#shared.observer, { key, ms, steal }),
    )
    if (taken === undefined) {
      if (heldBy !== undefined) onHeld?.(leaseHolder(heldBy))
      return undefined
    }
    return new LmdbLease(
      environment,
      key,
      taken.id,
      (operation, act) => this.#withStoreErrors(operation, hash, act),
      (entry, isHeld) => this.#put('publish', entry, isHeld),
    )
  }

  /** Puts the entry in place and ends the lease on it, if it may. */
  #put(operation: string, entry: Entry, mayPut: () => boolean): boolean {
    return this.#withStoreErrors(operation, entry.hash, () => {
      const key = this.#keyOf(entry.hash)
      const record = encode(entry, key)
      const put = (databases: Databases) => {
        if (!mayPut()) return undefined
        databases.leases.removeSync(key)
        this.#eviction?.writeUse(databases)
        return putEntry(databases, this.#namespace.prefix, key, record)
      }
      const totals = this.#shared.environment.change(put, record.length + (this.#eviction?.bytesOfUse ?? 0))
      if (totals !== undefined) this.#eviction?.afterWrite(totals)
      return totals !== undefined
    })
  }

  #find(hash: string): Entry | undefined {
    checkHash(hash)
    const key = this.#reusableKey(hash)
    const { environment } = this.#shared
    const found = peek(environment.recent().entries, key) ?? peek(environment.now().entries, key)
    if (found === undefined) return undefined
    const entry = this.#read(decode, found, key, hash)
    if (entry !== undefined) this.#eviction?.noteUse(hash)
    return entry
  }

  *#walk<T>(operation: string, read: Read<T>): Generator<T> {
    const keys = keysIn(this.#shared.environment, this.#namespace)
    for (;;) {
      const step = this.#withStoreErrors(operation, undefined, () => {
        const { value: key, done } = keys.next()
        if (done) return 'end'
        const found = peek(this.#shared.environment.databases.entries, key)
        return found && this.#read(read, found, key, hashOf(this.#namespace.prefix, key))
      })
      if (step === 'end') return
      if (step !== undefined) yield step
    }
  }

  #read<T>(read: Read<T>, found: Buffer, key: Buffer, hash: string): T | undefined {
    const result = read(found, found.length, key, hash)
    if (result === undefined) {
      this.#report?.(entryDamaged({ store: this.#shared.name, namespace: this.#namespace.name, hash }))
    }
    return result
  }

  #shrink(bounds: Bounds): number {
    return this.#eviction?.shrink(bounds) ?? shrink(this.#shared.environment, this.#namespace, bounds)
  }

  #keyOf(hash: string): Buffer {
    checkHash(hash)
    return keyOf(this.#namespace.prefix, hash)
  }

  #withStoreErrors<T>(operation: string, hash: string | undefined, act: () => T): T {
    try {
      return act()
    } catch (error) {
      throw this.#toStoreError(operation, hash, error)
    }
  }

  #toStoreError(operation: string, hash: string | undefined, error: unknown): unknown {
    return toStoreError(error, { store: this.#shared.name, ...operationOn(this.#namespace.name, operation, hash) })
  }
}
