import type { PersistError } from '@persist/errors'
import type { Bounds, Entry, Lease, LeaseOptions, ListedHead, OpenOptions, Store } from '@persist/store'
import type { RecordObserver } from '@persist/store/kit'
import { Chunks } from './chunks.ts'
import type { CollectionAccess, Operation } from './collection-access.ts'
import { assertString, type Ids, idsOf } from './ids.ts'
import { Leases } from './lease.ts'
import { Maintenance } from './maintenance.ts'
import { Orphans } from './orphans.ts'
import { Reader } from './reader.ts'
import { Sweep } from './sweep.ts'
import { MongoTagFence } from './tag-fence.ts'
import { Writer } from './writer.ts'

/** One namespace in the collection. */
export class NamespaceStore implements Store<'async'> {
  readonly tagFence: MongoTagFence
  readonly #namespace: string
  readonly #ids: Ids
  readonly #reader: Reader
  readonly #writer: Writer
  readonly #leases: Leases
  readonly #sweep: Sweep
  readonly #orphans: Orphans
  readonly #maintenance: Maintenance

  constructor(
    access: CollectionAccess,
    namespace: string,
    { bounds, report = ignore }: OpenOptions,
    observer: RecordObserver,
  ) {
    this.#namespace = namespace
    this.#ids = idsOf(namespace)
    const chunks = new Chunks(access, this.#ids)
    this.#reader = new Reader(access, this.#ids, chunks, report)
    this.#writer = new Writer(access, this.#ids, chunks)
    this.#leases = new Leases(access, this.#writer, observer)
    this.#sweep = new Sweep(access, this.#ids, this.#reader, this.#writer)
    this.#orphans = new Orphans(access, this.#ids, chunks)
    this.#maintenance = new Maintenance(access, this.#ids, this.#sweep, this.#orphans, { bounds, report, namespace })
    this.tagFence = new MongoTagFence(access, this.#ids, namespace)
  }

  async get(hash: string): Promise<Entry | undefined> {
    const operation = this.#operation('get', hash)
    const document = await this.#reader.find(hash, this.#leases.isHeld(this.#ids.entry(hash)), operation)
    if (document === null) return undefined
    this.#maintenance.read(document)
    return this.#reader.entryIn(document, operation)
  }

  async getMany(hashes: readonly string[]): Promise<(Entry | undefined)[]> {
    const operation = this.#operation('getMany')
    const found = new Map<string, Entry>()
    for (const document of await this.#reader.findMany(hashes, operation)) {
      this.#maintenance.read(document)
      const entry = await this.#reader.entryIn(document, operation)
      if (entry !== undefined) found.set(entry.hash, entry)
    }
    return hashes.map((hash) => found.get(hash))
  }

  async set(entry: Entry): Promise<void> {
    await this.#writer.set(entry, { ...this.#operation('set', entry.hash), isForResult: true })
    this.#maintenance.written(entry)
  }

  async delete(hash: string): Promise<boolean> {
    return this.#writer.remove(hash, this.#operation('delete', hash))
  }

  async clear(): Promise<number> {
    return this.#sweep.all(this.#operation('clear'))
  }

  entries(): AsyncIterable<Entry> {
    return this.#reader.entries(this.#operation('entries'))
  }

  heads(): AsyncIterable<ListedHead> {
    return this.#reader.heads(this.#operation('heads'))
  }

  async stats(): Promise<{ entries: number; bytes: number }> {
    return this.#sweep.count(this.#operation('stats'))
  }

  async prune(now: number, bounds?: Bounds): Promise<number> {
    const operation = this.#operation('prune')
    const expired = await this.#sweep.expired(now, operation)
    await this.#orphans.remove(operation)
    return bounds === undefined ? expired : expired + (await this.#sweep.downTo(bounds, operation))
  }

  async deleteByTag(tag: string): Promise<number> {
    return this.#sweep.tagged(assertString(tag, 'a tag'), this.#operation('deleteByTag'))
  }

  async lease(hash: string, ms: number, options: LeaseOptions = {}): Promise<Lease<'async'> | undefined> {
    const lease = await this.#leases.take(this.#ids.entry(hash), ms, options, this.#operation('lease', hash))
    if (lease === undefined) return undefined
    const publish = async (entry: Entry) => {
      const published = await lease.publish(entry)
      if (published) this.#maintenance.written(entry)
      return published
    }
    return { ...lease, publish }
  }

  #operation(operation: string, hash?: string): Operation {
    return { operation, namespace: this.#namespace, ...(hash !== undefined && { hash }) }
  }
}

function ignore(_: PersistError): void {}
