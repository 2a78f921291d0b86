import type { Bounds, Entry, Lease, LeaseOptions, ListedHead, OpenOptions, Store } from '@persist/store'
import { shrink } from './bounds.ts'
import { glance, type Rooms } from './environment.ts'
import { Eviction } from './eviction.ts'
import { damaged, storeTrouble } from './failure.ts'
import { checkHash, hashOf, keyOf, passingKeysOf, prefixOf } from './keys.ts'
import { LmdbLease, takeLease } from './lease.ts'
import { Observer } from './observer.ts'
import type { Plan } from './plan.ts'
import { decode, decodeHead, encode } from './record.ts'
import { putEntry, removeEntry, type Totals, totalsOf } from './totals.ts'
import { keysIn, type Namespace, removeRange } from './walk.ts'

const BATCH = 500

type Read<T> = (record: Buffer, length: number, key: Buffer, hash: string) => T | undefined

/** One namespace of an LMDB file. */
export class NamespaceStore implements Store<'sync'> {
  readonly #plan: Plan
  readonly #namespace: Namespace
  readonly #report: OpenOptions['report']
  readonly #bounds: Bounds | undefined
  readonly #eviction: Eviction | undefined
  readonly #observer: Observer
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
    this.#observer = new Observer(plan.monotonic)
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
    const isExpired = (head: ListedHead | undefined) => head?.expiresAt !== undefined && head.expiresAt <= now
    const expired = [...this.heads()].filter(isExpired).map(({ hash }) => hash)
    return this.#told('prune', undefined, () => {
      let gone = 0
      for (let start = 0; start < expired.length; start += BATCH) {
        gone += this.#plan.environment.change((rooms) => {
          const stillExpired = expired.slice(start, start + BATCH).filter((hash) => isExpired(this.#look(rooms, hash)))
          for (const hash of stillExpired) removeEntry(rooms, this.#namespace.prefix, this.#keyOf(hash))
          return stillExpired.length
        })
      }
      return gone + (bounds ? this.#shrink(bounds) : 0)
    })
  }

  lease(hash: string, ms: number, { steal = false }: LeaseOptions = {}): Lease<'sync'> | undefined {
    return this.#told('lease', hash, () => {
      const key = this.#keyOf(hash)
      const { environment } = this.#plan
      const taken = takeLease(environment, this.#observer, { key, ms, steal: steal === true })
      return (
        taken &&
        new LmdbLease(
          environment,
          key,
          taken.id,
          (operation, verb) => this.#told(operation, hash, verb),
          (entry, isHeld) => this.#put('publish', entry, isHeld),
        )
      )
    })
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

  #look(rooms: Rooms, hash: string): ListedHead | undefined {
    const key = this.#keyOf(hash)
    const found = glance(rooms.entries, key)
    return found && decodeHead(found, found.length, key, hash)
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
