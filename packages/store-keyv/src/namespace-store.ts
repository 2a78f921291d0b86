import type { StoreError } from '@persist/errors'
import type { Bounds, Entry, Head, ListedHead, OpenOptions, Store } from '@persist/store'
import { type Bounded, entryDamaged, type Operation, operationOn, surplusOf } from '@persist/store/kit'
import type { Connection } from './connection.ts'
import { decode, encode, entryOf, type Found, isRecord, listedHeadOf, ownerOf } from './entry-codec.ts'
import { toStoreError } from './errors.ts'
import { keysOf } from './keys.ts'
import type { KeyvClient } from './keyv-client.ts'
import { endOf, ttlOf } from './lifetime.ts'
import { recordsIn } from './records.ts'

/** How many entries are deleted concurrently. */
const BATCH = 100

/** An entry that a listing has shown, and how large its record is. */
interface Listed {
  readonly hash: string
  readonly bytes: number
}

/** One namespace of a Keyv store. */
export class NamespaceStore implements Store<'async'> {
  readonly #connection: Connection
  readonly #client: KeyvClient
  readonly #namespace: string
  readonly #keyOf: (hash: string) => string
  readonly #report: OpenOptions['report']
  readonly getMany?: (hashes: readonly string[]) => Promise<(Entry | undefined)[]>

  constructor(connection: Connection, client: KeyvClient, namespace: string, { report }: OpenOptions = {}) {
    this.#connection = connection
    this.#client = client
    this.#namespace = namespace
    this.#keyOf = keysOf(namespace)
    this.#report = report
    if (connection.readsMany) this.getMany = (hashes) => this.#getMany(hashes)
  }

  get(hash: string): Promise<Entry | undefined> {
    return this.#get(hash)
  }

  async set(entry: Entry): Promise<void> {
    const record = this.#encode(entry)
    const ttl = ttlOf(entry, this.#connection.keepExpiredMs, Date.now())
    await this.#client.set(this.#keyOf(entry.hash), record, ttl, this.#operation('set', entry.hash))
  }

  async delete(hash: string): Promise<boolean> {
    return this.#client.delete(this.#keyOf(hash), this.#operation('delete', hash))
  }

  async clear(): Promise<number> {
    const all: Listed[] = []
    for await (const { hash, bytes } of this.#walk('clear')) all.push({ hash, bytes })
    return this.#deleteAll(all)
  }

  async *entries(): AsyncGenerator<Entry> {
    for await (const { found } of this.#walk('entries')) yield entryOf(found)
  }

  async *heads(): AsyncGenerator<ListedHead> {
    for await (const { found } of this.#walk('heads')) yield listedHeadOf(found)
  }

  async stats(): Promise<{ entries: number; bytes: number }> {
    let entries = 0
    let bytes = 0
    for await (const one of this.#walk('stats')) {
      entries++
      bytes += one.bytes
    }
    return { entries, bytes }
  }

  async prune(now: number, bounds: Bounds = {}): Promise<number> {
    const isOver = (head: Head) => (endOf(head) ?? Number.POSITIVE_INFINITY) <= now
    const over: Listed[] = []
    // Keyv does not record when an entry was used.
    const kept: (Bounded & Listed)[] = []
    for await (const { hash, found, bytes } of this.#walk('prune')) {
      const { head } = found
      if (isOver(head)) over.push({ hash, bytes })
      else kept.push({ hash, bytes, usedAt: head.createdAt })
    }
    const surplus = surplusOf(kept, bounds)
    const seen = new Map(surplus.map(({ hash, usedAt }) => [hash, usedAt]))
    const gone = await this.#deleteAll(over, isOver)
    return gone + (await this.#deleteAll(surplus, (entry) => seen.get(entry.hash) === entry.createdAt))
  }

  /** @param bytes How many bytes come before the answer, or in it, as far as known. */
  async #get(hash: string, bytes = 0): Promise<Entry | undefined> {
    const found = this.#read(await this.#client.get(this.#keyOf(hash), this.#operation('get', hash), bytes), hash)
    return found && entryOf(found)
  }

  async #getMany(hashes: readonly string[]): Promise<(Entry | undefined)[]> {
    if (hashes.length === 0) return []
    const keys = hashes.map((hash) => this.#keyOf(hash))
    const values = await this.#client.getMany(keys, this.#operation('getMany'))
    return hashes.map((hash, index) => {
      const found = this.#read(values[index], hash)
      return found && entryOf(found)
    })
  }

  /**
   * With `goes` it reads each entry again before its deletion: an entry that was replaced meanwhile may have to stay. The
   * values of a batch come one after the other over one connection, so that each may take as long as all of them.
   */
  async #deleteAll(listed: readonly Listed[], goes?: (entry: Entry) => boolean): Promise<number> {
    let gone = 0
    for (let start = 0; start < listed.length; start += BATCH) {
      const batch = listed.slice(start, start + BATCH)
      const bytes = batch.reduce((sum, one) => sum + one.bytes, 0)
      const deletions = batch.map(async ({ hash }) => {
        const entry = goes && (await this.#get(hash, bytes))
        return (goes === undefined || (entry !== undefined && goes(entry))) && (await this.delete(hash))
      })
      gone += (await Promise.all(deletions)).filter(Boolean).length
    }
    return gone
  }

  /** The records of this namespace. */
  async *#walk(operation: string): AsyncGenerator<{ hash: string; found: Found; bytes: number }> {
    const onDamaged = (record: string) => this.#reportDamage(record)
    for await (const { found, record } of recordsIn(this.#client, { operation, namespace: this.#namespace, onDamaged }))
      yield { hash: found.hash, found, bytes: Buffer.byteLength(record) }
  }

  /** A storage that ignores case or shortens keys may return the record of another key. That is a miss. */
  #read(value: unknown, hash: string): Found | undefined {
    if (value === undefined || value === null) return undefined
    const found = isRecord(value) ? decode(value) : undefined
    if (found === undefined) this.#report?.(this.#damaged(hash))
    else if (found.namespace === this.#namespace && found.hash === hash) return found
    return undefined
  }

  /** The record is one string. */
  #encode(entry: Entry): string {
    try {
      return encode(entry, this.#namespace)
    } catch (error) {
      throw toStoreError(error, { store: this.#connection.name, ...this.#operation('set', entry.hash) })
    }
  }

  #reportDamage(record: string): void {
    const { namespace, hash } = ownerOf(record)
    if (namespace === this.#namespace && typeof hash === 'string') this.#report?.(this.#damaged(hash))
  }

  #damaged(hash: string): StoreError {
    return entryDamaged({ store: this.#connection.name, namespace: this.#namespace, hash })
  }

  #operation(operation: string, hash?: string): Operation {
    return operationOn(this.#namespace, operation, hash)
  }
}
