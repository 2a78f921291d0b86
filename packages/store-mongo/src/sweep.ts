import type { Bounds } from '@persist/store'
import type { CollectionAccess, Operation } from './collection-access.ts'
import type { EntryDocument } from './entry-codec.ts'
import { isPast, storedString } from './fields.ts'
import { bytesOf } from './head.ts'
import type { Ids } from './ids.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

const EVICTED_AT_ONCE = 1000
const IDS_AT_ONCE = 100
/** An entry that was used later than that by the sweeper's clock was used by another clock, or not at all. */
const AHEAD_MS = 60_000
const ID_PART = { _id: 1, gen: 1, chunks: 1 } as const

/** Deletes many entries of a namespace, in steps that no server chokes on. */
export class Sweep {
  readonly #access: CollectionAccess
  readonly #ids: Ids
  readonly #reader: Reader
  readonly #writer: Writer

  constructor(access: CollectionAccess, ids: Ids, reader: Reader, writer: Writer) {
    this.#access = access
    this.#ids = ids
    this.#reader = reader
    this.#writer = writer
  }

  /** Everything. Leases first: a run that began before publishes nothing while its entry's page is done already. */
  async all(operation: Operation): Promise<number> {
    const all = { _id: { $gte: this.#ids.first, $lt: this.#ids.end } }
    await this.#access.runStep(operation, (entries) => entries.deleteMany({ ...all, gen: { $exists: false } }))
    await this.#access.runStep(operation, (entries) =>
      entries.updateMany({ ...all, lease: { $exists: true } }, { $unset: { lease: '' } }),
    )
    return this.#removeWhere({}, operation)
  }

  tagged(tag: string, operation: Operation): Promise<number> {
    return this.#removeWhere({ tags: { $eq: storedString(tag) } }, operation)
  }

  /** What may not be served any more then. An entry that is being refreshed stays, to be served meanwhile. */
  expired(now: number, operation: Operation): Promise<number> {
    const isOver = [isPast('expiresAt', now), { $or: [{ staleUntil: { $exists: false } }, isPast('staleUntil', now)] }]
    return this.#removeWhere({ $and: isOver, lease: { $exists: false } }, operation)
  }

  /** What the server's own job would have deleted by now, by its own clock, if it had one; dead leases too. */
  async dropped(operation: Operation): Promise<void> {
    const now = await this.#access.clock(operation)
    if (now === undefined) return
    const where = { dropAt: { $lte: new Date(now) } }
    await this.#removeWhere(where, operation)
    for (const { first, end } of [this.#ids, this.#ids.steps]) {
      await this.#access.runStep(operation, (entries) =>
        entries.deleteMany({ _id: { $gte: first, $lt: end }, ...where }),
      )
    }
  }

  /**
   * What alone is larger than the bounds, then the least recently used, until no more than the bounds is left. A large entry that
   * stays, since it is being refreshed or has just been written, counts as none: others would go in its stead.
   */
  async downTo(bounds: Bounds, operation: Operation): Promise<number> {
    const { maxEntries = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = bounds
    let { entries, bytes } = await this.count(operation)
    let small = {}
    let removed = 0
    if (bytes > maxBytes) {
      removed = await this.#removeWhere({ bytes: { $gt: maxBytes }, lease: { $exists: false } }, operation)
      small = { bytes: { $not: { $gt: maxBytes } } }
      ;({ entries, bytes } = await this.count(operation, small))
    }
    let over = entries - maxEntries
    let overBytes = bytes - maxBytes
    if (over > 0 || overBytes > 0) await this.#correctUse(operation)
    while (over > 0 || overBytes > 0) {
      const oldest = await this.#leastRecentlyUsed(small, operation)
      const going: EntryDocument[] = []
      for (const document of oldest) {
        if (over <= 0 && overBytes <= 0) break
        going.push(document)
        over--
        overBytes -= bytesOf(document)
      }
      if (going.length === 0) break
      const evicted = await this.#evict(going, operation)
      // All of them are in use again: the next tidying finds others.
      if (evicted === 0) break
      removed += evicted
    }
    return removed
  }

  async count(operation: Operation, where: object = {}): Promise<{ entries: number; bytes: number }> {
    const { first, end } = this.#ids
    const [sums] = await this.#access.runStep(operation, (entries) =>
      entries
        .aggregate<{ entries: number; bytes: number }>([
          { $match: { gen: { $exists: true }, ...where, _id: { $gte: first, $lt: end } } },
          { $group: { _id: null, entries: { $sum: 1 }, bytes: { $sum: '$bytes' } } },
        ])
        .toArray(),
    )
    const { entries = 0, bytes = 0 } = sums ?? {}
    // Some servers count and do not add up (FerretDB 1.24), without a word.
    return { entries, bytes: entries > 0 && bytes === 0 ? await this.#addUp(operation, where) : bytes }
  }

  async #addUp(operation: Operation, where: object): Promise<number> {
    let sum = 0
    for await (const page of this.#reader.pages({ bytes: 1 }, operation, where)) {
      for (const document of page) sum += bytesOf(document)
    }
    return sum
  }

  async #removeWhere(where: object, operation: Operation): Promise<number> {
    let removed = 0
    for await (const page of this.#reader.pages(ID_PART, operation, where)) {
      removed += await this.#removeChunked(page, where, operation)
      // By the range that the page covers: some servers are slow at long lists of ids.
      removed += await this.#removePlain({ ...where, _id: { $gte: page[0]!._id, $lte: page.at(-1)!._id } }, operation)
    }
    return removed
  }

  async #evict(going: readonly EntryDocument[], operation: Operation): Promise<number> {
    let removed = 0
    for (let start = 0; start < going.length; start += IDS_AT_ONCE) {
      const group = going.slice(start, start + IDS_AT_ONCE)
      // An entry that was used meanwhile stays.
      const unused = { usedAt: { $lte: group.at(-1)!.usedAt }, lease: { $exists: false } }
      removed += await this.#removeChunked(group, unused, operation)
      removed += await this.#removePlain({ ...unused, _id: { $in: group.map(({ _id }) => _id) } }, operation)
    }
    return removed
  }

  async #removePlain(filter: object, operation: Operation): Promise<number> {
    const plain = { gen: { $exists: true }, ...filter, chunks: { $exists: false } }
    return (await this.#access.runStep(operation, (entries) => entries.deleteMany(plain))).deletedCount
  }

  /** One by one: their chunks go with them, and only if they are still what was seen. */
  async #removeChunked(page: readonly EntryDocument[], where: object, operation: Operation): Promise<number> {
    let removed = 0
    for (const document of page) {
      if (document.chunks !== undefined && (await this.#writer.removeChunked(document, where, operation))) removed++
    }
    return removed
  }

  /**
   * What was used by a clock that is ahead would be the last to go until that time comes, and every new entry would go at
   * once. So it counts as used a moment ago; notes of use are no more exact than that anyway.
   */
  async #correctUse(operation: Operation): Promise<void> {
    const { first, end } = this.#ids
    const now = Date.now()
    const isWrong = [{ usedAt: { $gt: new Date(now + AHEAD_MS) } }, { usedAt: { $not: { $type: 'date' } } }] as const
    await this.#access.runStep(operation, (entries) =>
      entries.updateMany(
        { _id: { $gte: first, $lt: end }, gen: { $exists: true }, $or: [...isWrong] },
        { $set: { usedAt: new Date(now - AHEAD_MS) } },
      ),
    )
  }

  #leastRecentlyUsed(where: object, operation: Operation): Promise<EntryDocument[]> {
    const { first, end } = this.#ids
    const filter = { gen: { $exists: true }, lease: { $exists: false }, ...where, _id: { $gte: first, $lt: end } }
    return this.#access.runStep(operation, (entries) =>
      entries
        .find(filter, { projection: { ...ID_PART, bytes: 1, usedAt: 1 }, sort: { usedAt: 1 }, limit: EVICTED_AT_ONCE })
        .toArray(),
    )
  }
}
