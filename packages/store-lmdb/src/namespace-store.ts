import type { Bounds, Entry, Lease, LeaseOptions, ListedHead, OpenOptions, Store } from '@persist/store'
import { shrink } from './bounds.ts'
import { glance } from './environment.ts'
import { Eviction } from './eviction.ts'
import { removeExpired } from './expiry.ts'
import { damaged, storeTrouble } from './failure.ts'
import { checkHash, hashOf, keyOf, passingKeysOf, prefixOf } from './keys.ts'
import { LmdbLease, takeLease } from './lease.ts'
import { describe } from './lease-record.ts'
import type { Plan } from './plan.ts'
import { decode, decodeHead, encode } from './record.ts'
import { LmdbTagFence } from './tag-fence.ts'
import { putEntry, removeEntry, type Totals, totalsOf } from './totals.ts'
import { keysIn, type Namespace, removeRange } from './walk.ts'

type Read<T> = (record: Buffer, length: number, key: Buffer, hash: string) => T | undefined

/** One namespace of an LMDB file. */
export class NamespaceStore implements Store<'sync'> {
  readonly tagFence: LmdbTagFence
  readonly #plan: Plan
  readonly #namespace: Namespace
  readonly #report: OpenOptions['report']
  readonly #bounds: Bounds | undefined
  readonly #eviction: Eviction | undefined
  readonly #passingKey: (hash: string) => Buffer

  constructor(plan: Plan, name: string, { bounds, report }: OpenOptions = {}) {
    this.#plan = plan
    this.#namespace = { name, prefix: prefixOf(name) }
    this.#passingKey = passingKeysOf(this.#namespace.prefix)
    this.#report = report
    this.#bounds = bounds
    this.#eviction =
      bounds &&
      new Eviction({
        environment: plan.environment,
        namespace: this.#namespace,
        bounds,
        report,
        told: (operation, verb) => this.#told(operation, undefined, verb),
      })
    this.tagFence = new LmdbTagFence(plan.environment, this.#namespace.prefix, (operation, verb) =>
      this.#told(operation, undefined, verb),
    )
  }

  get(hash: string): Entry | undefined {
    try {
      return this.#find(hash)
    } catch (error) {
      throw this.#trouble('get', hash, error)
    }
  }

  getMany(hashes: readonly string[]): (Entry | undefined)[] {
    return this.#told('getMany', undefined, () => {
      this.#plan.environment.now()
      return hashes.map((hash) => this.#find(hash))
    })
  }

  set(entry: Entry): void {
    this.#put('set', entry, () => true)
  }

  delete(hash: string): boolean {
    return this.#told('delete', hash, () => {
      const key = this.#keyOf(hash)
      const { entries, leases } = this.#plan.environment.now()
      if (!entries.doesExist(key) && !leases.doesExist(key)) return false
      return this.#plan.environment.change((rooms) => {
        rooms.leases.removeSync(key)
        return removeEntry(rooms, this.#namespace.prefix, key)
      })
    })
  }

  clear(): number {
    const { prefix } = this.#namespace
    return this.#told('clear', undefined, () =>
      this.#plan.environment.change((rooms) => {
        const { entries } = totalsOf(rooms, prefix)
        for (const room of [rooms.entries, rooms.leases, rooms.used]) removeRange(room, prefix)
        rooms.totals.removeSync(prefix)
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
    return this.#told('stats', undefined, () => totalsOf(this.#plan.environment.now(), this.#namespace.prefix))
  }

  prune(now: number, bounds = this.#bounds): number {
    return this.#told('prune', undefined, () => {
      const gone = removeExpired(this.#plan.environment, this.#namespace, this.heads(), now)
      return gone + (bounds ? this.#shrink(bounds) : 0)
    })
  }

  lease(hash: string, ms: number, { steal = false, onHeld }: LeaseOptions = {}): Lease<'sync'> | undefined {
    const key = this.#keyOf(hash)
    const { environment } = this.#plan
    const { taken, heldBy } = this.#told('lease', hash, () =>
      takeLease(environment, this.#plan.observer, { key, ms, steal }),
    )
    if (taken === undefined) {
      if (heldBy !== undefined) onHeld?.(describe(heldBy))
      return undefined
    }
    return new LmdbLease(
      environment,
      key,
      taken.id,
      (operation, verb) => this.#told(operation, hash, verb),
      (entry, isHeld) => this.#put('publish', entry, isHeld),
    )
  }

  /** Puts the entry in place and ends the lease on it, if it may. */
  #put(operation: string, entry: Entry, mayPut: () => boolean): boolean {
    return this.#told(operation, entry.hash, () => {
      const key = this.#keyOf(entry.hash)
      const record = encode(entry, key)
      const totals = this.#plan.environment.change((rooms) => {
        if (!mayPut()) return undefined
        rooms.leases.removeSync(key)
        this.#eviction?.writeUse(rooms)
        return putEntry(rooms, this.#namespace.prefix, key, record)
      })
      if (totals !== undefined) this.#eviction?.afterWrite(totals)
      return totals !== undefined
    })
  }

  #find(hash: string): Entry | undefined {
    checkHash(hash)
    const key = this.#passingKey(hash)
    const { environment } = this.#plan
    const found = glance(environment.recent().entries, key) ?? glance(environment.now().entries, key)
    if (found === undefined) return undefined
    const entry = this.#read(decode, found, key, hash)
    if (entry !== undefined) this.#eviction?.noteUse(hash)
    return entry
  }

  *#walk<T>(operation: string, read: Read<T>): Generator<T> {
    const keys = keysIn(this.#plan.environment, this.#namespace)
    for (;;) {
      const step = this.#told(operation, undefined, () => {
        const { value: key, done } = keys.next()
        if (done) return 'end'
        const found = glance(this.#plan.environment.rooms.entries, key)
        return found && this.#read(read, found, key, hashOf(this.#namespace.prefix, key))
      })
      if (step === 'end') return
      if (step !== undefined) yield step
    }
  }

  #read<T>(read: Read<T>, found: Buffer, key: Buffer, hash: string): T | undefined {
    const result = read(found, found.length, key, hash)
    if (result === undefined) {
      this.#report?.(damaged({ store: this.#plan.name, namespace: this.#namespace.name, hash }))
    }
    return result
  }

  #shrink(bounds: Bounds): number {
    return this.#eviction?.shrink(bounds) ?? shrink(this.#plan.environment, this.#namespace, bounds)
  }

  #keyOf(hash: string): Buffer {
    checkHash(hash)
    return keyOf(this.#namespace.prefix, hash)
  }

  #told<T>(operation: string, hash: string | undefined, verb: () => T): T {
    try {
      return verb()
    } catch (error) {
      throw this.#trouble(operation, hash, error)
    }
  }

  #trouble(operation: string, hash: string | undefined, error: unknown): unknown {
    const where = { store: this.#plan.name, operation, namespace: this.#namespace.name }
    return storeTrouble(error, hash === undefined ? where : { ...where, hash })
  }
}
