import type { Bounds } from '@persist/store'
import { type Chunks, chunksIn } from './chunks.ts'
import type { EntryDocument } from './document.ts'
import { storedText, storedTime } from './document.ts'
import type { Ids } from './ids.ts'
import type { Deed, Place } from './place.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/** Chunks that nobody names and that are this old belong to a writer that died. */
const ORPHANED_MS = 3_600_000
const EVICTED_AT_ONCE = 1000
const IDS_AT_ONCE = 100
const ID_PART = { _id: 1, gen: 1, chunks: 1 } as const

/** Deletes many entries of a namespace, in steps that no server chokes on. */
export class Sweep {
  readonly #place: Place
  readonly #ids: Ids
  readonly #chunks: Chunks
  readonly #reader: Reader
  readonly #writer: Writer

  constructor(place: Place, ids: Ids, chunks: Chunks, reader: Reader, writer: Writer) {
    this.#place = place
    this.#ids = ids
    this.#chunks = chunks
    this.#reader = reader
    this.#writer = writer
  }

  /** Everything, leases too; tells how many entries there were. */
  async all(deed: Deed): Promise<number> {
    const removed = await this.#removeWhere({}, deed)
    const { first, end } = this.#ids
    await this.#place.step(deed, (entries) =>
      entries.deleteMany({ _id: { $gte: first, $lt: end }, gen: { $exists: false } }),
    )
    return removed
  }

  tagged(tag: string, deed: Deed): Promise<number> {
    return this.#removeWhere({ tags: { $eq: storedText(tag) } }, deed)
  }

  /** What expired by then. An entry that somebody is refreshing stays, to be served meanwhile. */
  async expired(now: number, deed: Deed): Promise<number> {
    const past = { $lte: storedTime(now) }
    const removed = await this.#removeWhere({ expiresAt: past, lease: { $exists: false } }, deed)
    return removed
  }

  /** What the server's own job would have deleted by then, if it had one; dead leases too. */
  async dropped(now: number, deed: Deed): Promise<void> {
    const where = { dropAt: { $lte: new Date(now) } }
    await this.#removeWhere(where, deed)
    const { first, end } = this.#ids
    await this.#place.step(deed, (entries) => entries.deleteMany({ _id: { $gte: first, $lt: end }, ...where }))
  }

  /** Least recently used first, until no more than the bounds is left. */
  async downTo(bounds: Bounds, deed: Deed): Promise<number> {
    const { entries, bytes } = await this.count(deed)
    let over = entries - (bounds.maxEntries ?? Number.POSITIVE_INFINITY)
    let overBytes = bytes - (bounds.maxBytes ?? Number.POSITIVE_INFINITY)
    let removed = 0
    while (over > 0 || overBytes > 0) {
      const oldest = await this.#leastRecentlyUsed(deed)
      const going: EntryDocument[] = []
      for (const document of oldest) {
        if (over <= 0 && overBytes <= 0) break
        going.push(document)
        over--
        overBytes -= document.bytes ?? 0
      }
      if (going.length === 0) break
      const evicted = await this.#evict(going, deed)
      // All of them are in use again: the next tidying finds others.
      if (evicted === 0) break
      removed += evicted
    }
    return removed
  }

  async count(deed: Deed): Promise<{ entries: number; bytes: number }> {
    const { first, end } = this.#ids
    const [sums] = await this.#place.step(deed, (entries) =>
      entries
        .aggregate<{ entries: number; bytes: number }>([
          { $match: { _id: { $gte: first, $lt: end }, gen: { $exists: true } } },
          { $group: { _id: null, entries: { $sum: 1 }, bytes: { $sum: '$bytes' } } },
        ])
        .toArray(),
    )
    const { entries = 0, bytes = 0 } = sums ?? {}
    // Some servers count and do not add up (FerretDB 1.24), without a word.
    return { entries, bytes: entries > 0 && bytes === 0 ? await this.#addUp(deed) : bytes }
  }

  async #addUp(deed: Deed): Promise<number> {
    let sum = 0
    for await (const page of this.#reader.pages({ bytes: 1 }, deed)) {
      for (const { bytes = 0 } of page) sum += bytes
    }
    return sum
  }

  /** Chunks that no entry names: their writer died before the entry was there, or before they were deleted. */
  async orphans(now: number, deed: Deed): Promise<void> {
    const { first, end } = this.#ids.chunks()
    let position: object = { $gte: first, $lt: end }
    for (;;) {
      const page = await this.#place.step(deed, (entries) =>
        chunksIn(entries)
          .find({ _id: position }, { projection: { hash: 1, at: 1 }, sort: { _id: 1 }, limit: EVICTED_AT_ONCE })
          .toArray(),
      )
      const old = new Map<string, string>()
      for (const { _id, hash, at } of page) {
        if (at.getTime() < now - ORPHANED_MS) old.set(_id.slice(first.length).split(':', 1)[0]!, hash)
      }
      for (const [gen, hash] of old) {
        const named = await this.#place.ask(deed, (entries) =>
          entries.countDocuments({ _id: this.#ids.entry(hash), gen }, { limit: 1, readPreference: 'primary' }),
        )
        if (named === 0) await this.#chunks.remove(gen, deed)
      }
      if (page.length < EVICTED_AT_ONCE) return
      position = { $gt: page.at(-1)!._id, $lt: end }
    }
  }

  async #removeWhere(where: object, deed: Deed): Promise<number> {
    let removed = 0
    for await (const page of this.#reader.pages(ID_PART, deed, where)) {
      removed += await this.#removeChunked(page, deed)
      // By the range that the page covers: some servers are slow at long lists of ids.
      removed += await this.#removePlain({ ...where, _id: { $gte: page[0]!._id, $lte: page.at(-1)!._id } }, deed)
    }
    return removed
  }

  async #evict(going: readonly EntryDocument[], deed: Deed): Promise<number> {
    let removed = await this.#removeChunked(going, deed)
    for (let start = 0; start < going.length; start += IDS_AT_ONCE) {
      const group = going.slice(start, start + IDS_AT_ONCE)
      // Whoever was used meanwhile stays.
      const unused = { usedAt: { $lte: group.at(-1)!.usedAt }, lease: { $exists: false } }
      removed += await this.#removePlain({ ...unused, _id: { $in: group.map(({ _id }) => _id) } }, deed)
    }
    return removed
  }

  async #removePlain(filter: object, deed: Deed): Promise<number> {
    const plain = { gen: { $exists: true }, ...filter, chunks: { $exists: false } }
    return (await this.#place.step(deed, (entries) => entries.deleteMany(plain))).deletedCount
  }

  /** One by one: their chunks go with them, and only if they are still what was seen. */
  async #removeChunked(page: readonly EntryDocument[], deed: Deed): Promise<number> {
    let removed = 0
    for (const document of page) {
      if (document.chunks !== undefined && (await this.#writer.removeChunked(document, deed))) removed++
    }
    return removed
  }

  #leastRecentlyUsed(deed: Deed): Promise<EntryDocument[]> {
    const { first, end } = this.#ids
    const filter = { _id: { $gte: first, $lt: end }, gen: { $exists: true }, lease: { $exists: false } }
    return this.#place.step(deed, (entries) =>
      entries
        .find(filter, { projection: { ...ID_PART, bytes: 1, usedAt: 1 }, sort: { usedAt: 1 }, limit: EVICTED_AT_ONCE })
        .toArray(),
    )
  }
}
