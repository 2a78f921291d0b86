import type { PersistError } from '@persist/errors'
import type { Bounds, Entry, Lease, LeaseOptions, ListedHead, OpenOptions, Store } from '@persist/store'
import type { Sightings } from '@persist/store/holder'
import { Chunks } from './chunks.ts'
import { assertText, type Ids, idsOf } from './ids.ts'
import { Leases } from './lease.ts'
import { Orphans } from './orphans.ts'
import type { Deed, Place } from './place.ts'
import { Reader } from './reader.ts'
import { Sweep } from './sweep.ts'
import { MongoTagFence } from './tag-fence.ts'
import { Upkeep } from './upkeep.ts'
import { Writer } from './writer.ts'

/** One namespace in the collection. */
export class MongoStore implements Store<'async'> {
  readonly tagFence: MongoTagFence
  readonly #namespace: string
  readonly #ids: Ids
  readonly #reader: Reader
  readonly #writer: Writer
  readonly #leases: Leases
  readonly #sweep: Sweep
  readonly #orphans: Orphans
  readonly #upkeep: Upkeep

  constructor(place: Place, namespace: string, { bounds, report = ignore }: OpenOptions, sightings: Sightings) {
    this.#namespace = namespace
    this.#ids = idsOf(namespace)
    const chunks = new Chunks(place, this.#ids)
    this.#reader = new Reader(place, this.#ids, chunks, report)
    this.#writer = new Writer(place, this.#ids, chunks)
    this.#leases = new Leases(place, this.#writer, sightings)
    this.#sweep = new Sweep(place, this.#ids, this.#reader, this.#writer)
    this.#orphans = new Orphans(place, this.#ids, chunks)
    this.#upkeep = new Upkeep(place, this.#ids, this.#sweep, this.#orphans, { bounds, report, namespace })
    this.tagFence = new MongoTagFence(place, this.#ids, namespace)
  }

  async get(hash: string): Promise<Entry | undefined> {
    const deed = this.#deed('get', hash)
    const document = await this.#reader.find(hash, this.#leases.isHeld(this.#ids.entry(hash)), deed)
    if (document === null) return undefined
    this.#upkeep.read(document)
    return this.#reader.entryIn(document, deed)
  }

  async getMany(hashes: readonly string[]): Promise<(Entry | undefined)[]> {
    const deed = this.#deed('getMany')
    const found = new Map<string, Entry>()
    for (const document of await this.#reader.findMany(hashes, deed)) {
      this.#upkeep.read(document)
      const entry = await this.#reader.entryIn(document, deed)
      if (entry !== undefined) found.set(entry.hash, entry)
    }
    return hashes.map((hash) => found.get(hash))
  }

  async set(entry: Entry): Promise<void> {
    await this.#writer.set(entry, this.#deed('set', entry.hash))
    this.#upkeep.written(entry)
  }

  async delete(hash: string): Promise<boolean> {
    return this.#writer.remove(hash, this.#deed('delete', hash))
  }

  async clear(): Promise<number> {
    return this.#sweep.all(this.#deed('clear'))
  }

  entries(): AsyncIterable<Entry> {
    return this.#reader.entries(this.#deed('entries'))
  }

  heads(): AsyncIterable<ListedHead> {
    return this.#reader.heads(this.#deed('heads'))
  }

  async stats(): Promise<{ entries: number; bytes: number }> {
    return this.#sweep.count(this.#deed('stats'))
  }

  async prune(now: number, bounds?: Bounds): Promise<number> {
    const deed = this.#deed('prune')
    const expired = await this.#sweep.expired(now, deed)
    await this.#orphans.remove(deed)
    return bounds === undefined ? expired : expired + (await this.#sweep.downTo(bounds, deed))
  }

  async deleteByTag(tag: string): Promise<number> {
    return this.#sweep.tagged(assertText(tag, 'a tag'), this.#deed('deleteByTag'))
  }

  async lease(hash: string, ms: number, options: LeaseOptions = {}): Promise<Lease<'async'> | undefined> {
    const lease = await this.#leases.take(this.#ids.entry(hash), ms, options, this.#deed('lease', hash))
    if (lease === undefined) return undefined
    const publish = async (entry: Entry) => {
      const published = await lease.publish(entry)
      if (published) this.#upkeep.written(entry)
      return published
    }
    return { ...lease, publish }
  }

  #deed(operation: string, hash?: string): Deed {
    return { operation, namespace: this.#namespace, ...(hash !== undefined && { hash }) }
  }
}

function ignore(_: PersistError): void {}
