import type { Bounds, Entry, Head, Lease, LeaseOptions, ListedHead, OpenOptions, Store } from '@persist/store'
import { type Bounded, entryDamaged, type LeaseObserver, operationOn, surplusOf } from '@persist/store/kit'
import type { Database, EntryKey, Transaction } from './database.ts'
import { decode, decodeHead, encode } from './entry-codec.ts'
import { toStoreError } from './errors.ts'
import { takeLease } from './lease.ts'
import { hashOf, keysOf } from './pages.ts'
import { putEntry } from './put-entry.ts'
import type { TabLocks } from './tab-locks.ts'
import { IdbTagFence } from './tag-fence.ts'

/** How many heads, and how many whole entries, a listing holds at once. */
const HEADS_AT_ONCE = 200
const ENTRIES_AT_ONCE = 8
/** How many entries one transaction deletes: each has its time, and other tabs wait for no longer one. */
const DELETED_AT_ONCE = 100
const CLEARED_AT_ONCE = 1000

/** A database, and what its namespaces share. */
export interface Place {
  readonly name: string
  readonly database: Database
  readonly locks: TabLocks
  readonly observer: LeaseObserver
}

/** One namespace of a database. */
export class NamespaceStore implements Store<'async'> {
  readonly tagFence: IdbTagFence
  readonly #place: Place
  readonly #namespace: string
  readonly #report: OpenOptions['report']

  constructor(place: Place, namespace: string, { report }: OpenOptions = {}) {
    this.#place = place
    this.#namespace = namespace
    this.#report = report
    this.tagFence = new IdbTagFence(namespace, place.database, (operation, act) => this.#attempt(operation, act))
  }

  async get(hash: string): Promise<Entry | undefined> {
    return (await this.#getMany('get', [hash], hash))[0]
  }

  getMany(hashes: readonly string[]): Promise<(Entry | undefined)[]> {
    return this.#getMany('getMany', hashes)
  }

  async set(entry: Entry): Promise<void> {
    const records = encode(entry, this.#namespace)
    const key = this.#key(entry.hash)
    await this.#attempt(
      'set',
      () =>
        this.#place.database.write(
          ['heads', 'payloads', 'leases'],
          (transaction) => putEntry(transaction, key, records),
          records.head.bytes,
        ),
      entry.hash,
    )
  }

  async delete(hash: string): Promise<boolean> {
    return (await this.#deleteAll('delete', [hash], () => true, hash)) > 0
  }

  /** Leases first, so that no computation that began before stores its result. */
  async clear(): Promise<number> {
    const { database } = this.#place
    await this.#attempt('clear', () =>
      database.write(['leases'], (transaction) => transaction.objectStore('leases').delete(keysOf(this.#namespace))),
    )
    let cleared = 0
    for (let after: string | undefined; ; ) {
      const keys = await this.#attempt('clear', () =>
        database.write(['heads', 'payloads'], async (transaction) => {
          const heads = transaction.objectStore('heads')
          const page = await heads.getAllKeys(keysOf(this.#namespace, { after }), CLEARED_AT_ONCE)
          const range = keysOf(this.#namespace, { after, to: page.length < CLEARED_AT_ONCE ? undefined : page.at(-1) })
          await Promise.all([heads.delete(range), transaction.objectStore('payloads').delete(range)])
          return page
        }),
      )
      cleared += keys.length
      if (keys.length < CLEARED_AT_ONCE) return cleared
      after = hashOf(keys.at(-1)!)
    }
  }

  async *entries(): AsyncGenerator<Entry> {
    for await (const page of this.#pages('entries', ENTRIES_AT_ONCE)) {
      const entries = await this.#getMany(
        'entries',
        page.map(([hash]) => hash),
      )
      for (const entry of entries) if (entry !== undefined) yield entry
    }
  }

  async *heads(): AsyncGenerator<ListedHead> {
    for await (const page of this.#pages('heads', HEADS_AT_ONCE)) {
      for (const [hash, record] of page) {
        const head = decodeHead(record, hash)
        if (head === undefined) this.#reportDamage(hash)
        else yield head
      }
    }
  }

  async stats(): Promise<{ entries: number; bytes: number }> {
    let entries = 0
    let bytes = 0
    for await (const page of this.#pages('stats', HEADS_AT_ONCE)) {
      for (const [hash, record] of page) {
        entries++
        bytes += decodeHead(record, hash)?.bytes ?? 0
      }
    }
    return { entries, bytes }
  }

  async prune(now: number, bounds: Bounds = {}): Promise<number> {
    const isOver = ({ expiresAt, staleUntil = expiresAt }: Head) =>
      expiresAt !== undefined && Math.max(expiresAt, staleUntil!) <= now
    const isStillOver = (head: Head | undefined) => head !== undefined && isOver(head)
    const over: string[] = []
    // A note of each use would make a write of each read.
    const kept: (Bounded & { readonly hash: string })[] = []
    for await (const head of this.heads()) {
      if (isOver(head)) over.push(head.hash)
      else kept.push({ hash: head.hash, bytes: head.bytes, usedAt: head.createdAt })
    }
    const surplus = new Map(surplusOf(kept, bounds).map(({ hash, usedAt }) => [hash, usedAt]))
    const gone = await this.#deleteAll('prune', over, isStillOver)
    const isSurplus = (head: Head | undefined) => head !== undefined && surplus.get(head.hash) === head.createdAt
    return gone + (await this.#deleteAll('prune', [...surplus.keys()], isSurplus))
  }

  async deleteByTag(tag: string): Promise<number> {
    const keys = await this.#attempt('deleteByTag', () =>
      this.#place.database.read(['heads'], (transaction) =>
        transaction.objectStore('heads').index('tags').getAllKeys([this.#namespace, tag]),
      ),
    )
    const hasTag = (head: Head | undefined) => head === undefined || head.tags?.includes(tag) === true
    return this.#deleteAll('deleteByTag', keys?.map(hashOf) ?? [], hasTag)
  }

  lease(hash: string, ms: number, options: LeaseOptions = {}): Promise<Lease<'async'> | undefined> {
    const context = {
      ...this.#place,
      namespace: this.#namespace,
      attempt: <T>(operation: string, of: string, act: () => Promise<T>) => this.#attempt(operation, act, of),
    }
    return this.#attempt('lease', () => takeLease(context, hash, ms, options), hash)
  }

  async #getMany(operation: string, hashes: readonly string[], hash?: string): Promise<(Entry | undefined)[]> {
    if (hashes.length === 0) return []
    const read = () =>
      this.#place.database.read(['heads', 'payloads'], (transaction) => {
        const [heads, payloads] = [transaction.objectStore('heads'), transaction.objectStore('payloads')]
        return Promise.all(hashes.map((one) => Promise.all([heads.get(this.#key(one)), payloads.get(this.#key(one))])))
      })
    const found = (await this.#attempt(operation, read, hash)) ?? []
    return hashes.map((one, index) => {
      const [head, payload] = found[index] ?? []
      if (head === undefined && payload === undefined) return undefined
      const entry = decode(head, payload, one)
      if (entry === undefined) this.#reportDamage(one)
      return entry
    })
  }

  /** Deletes those entries that still are as they should be, each with its lease. Returns how many. */
  async #deleteAll(
    operation: string,
    hashes: readonly string[],
    goes: (head: Head | undefined) => boolean,
    hash?: string,
  ): Promise<number> {
    let deleted = 0
    for (let start = 0; start < hashes.length; start += DELETED_AT_ONCE) {
      const some = hashes.slice(start, start + DELETED_AT_ONCE)
      const act = (transaction: Transaction<'heads' | 'payloads' | 'leases'>) =>
        Promise.all(
          some.map(async (one) => {
            const record = await transaction.objectStore('heads').get(this.#key(one))
            if (!goes(decodeHead(record, one))) return false
            await deleteOne(transaction, this.#key(one))
            return record !== undefined
          }),
        )
      const gone = await this.#attempt(
        operation,
        () => this.#place.database.write(['heads', 'payloads', 'leases'], act),
        hash,
      )
      deleted += gone.filter(Boolean).length
    }
    return deleted
  }

  /** The heads of the namespace, in pages: a transaction ends while the caller does something else. */
  async *#pages(operation: string, size: number): AsyncGenerator<(readonly [hash: string, record: unknown])[]> {
    for (let after: string | undefined; ; ) {
      const range = keysOf(this.#namespace, { after })
      const page = await this.#attempt(operation, () =>
        this.#place.database.read(['heads'], async (transaction) => {
          const heads = transaction.objectStore('heads')
          const [keys, records] = await Promise.all([heads.getAllKeys(range, size), heads.getAll(range, size)])
          return keys.map((key, index) => [hashOf(key), records[index]] as const)
        }),
      )
      if (page === undefined || page.length === 0) return
      yield page
      after = page.at(-1)![0]
    }
  }

  #key(hash: string): EntryKey {
    return [this.#namespace, hash]
  }

  #reportDamage(hash: string): void {
    this.#report?.(entryDamaged({ store: this.#place.name, namespace: this.#namespace, hash }))
  }

  async #attempt<T>(operation: string, act: () => Promise<T>, hash?: string): Promise<T> {
    try {
      return await act()
    } catch (error) {
      throw toStoreError(error, { store: this.#place.name, ...operationOn(this.#namespace, operation, hash) })
    }
  }
}

async function deleteOne(transaction: Transaction<'heads' | 'payloads' | 'leases'>, key: EntryKey): Promise<void> {
  await Promise.all([
    transaction.objectStore('heads').delete(key),
    transaction.objectStore('payloads').delete(key),
    transaction.objectStore('leases').delete(key),
  ])
}
