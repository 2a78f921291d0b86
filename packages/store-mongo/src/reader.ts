import type { PersistError } from '@persist/errors'
import type { Entry, Head, ListedHead } from '@persist/store'
import type { Chunks } from './chunks.ts'
import { chunkedPayload, type EntryDocument, FORMAT, inlinePayload } from './document.ts'
import { bytesOf, toHead } from './head.ts'
import type { Ids } from './ids.ts'
import type { Deed, Place } from './place.ts'

const LOOKS = 3
const HEADS_PER_PAGE = 1000
const BYTES_PER_GROUP = 4 * 1024 * 1024
const ENTRIES_PER_GROUP = 500
export const WITHOUT_PAYLOAD = { payload: 0, lease: 0 } as const

/** Reads entries: nothing of one that is damaged, none that is half there. */
export class Reader {
  readonly #place: Place
  readonly #ids: Ids
  readonly #chunks: Chunks
  readonly #report: (problem: PersistError) => void

  constructor(place: Place, ids: Ids, chunks: Chunks, report: (problem: PersistError) => void) {
    this.#place = place
    this.#ids = ids
    this.#chunks = chunks
    this.#report = report
  }

  /** The document of an entry; `freshly`: from the primary, whatever the URL says about reading. */
  find(hash: string, freshly: boolean, deed: Deed): Promise<EntryDocument | null> {
    const _id = this.#ids.entry(hash)
    const options = freshly ? { readPreference: 'primary' as const } : {}
    return this.#place.ask(
      deed,
      (entries) => entries.findOne({ _id }, options),
      this.#place.waitFor(1, () => this.#sizeOf([_id], deed)),
    )
  }

  /** The documents of many entries, in one round trip, in no order. */
  findMany(hashes: readonly string[], deed: Deed): Promise<EntryDocument[]> {
    const ids = [...new Set(hashes)].map((hash) => this.#ids.entry(hash))
    return this.#place.ask(
      deed,
      (entries) => entries.find({ _id: { $in: ids } }, { batchSize: ids.length + 1 }).toArray(),
      this.#place.waitFor(ids.length, () => this.#sizeOf(ids, deed)),
    )
  }

  /** The entry in a document; `undefined` where there is only a lease, or damage. */
  async entryIn(document: EntryDocument, deed: Deed): Promise<Entry | undefined> {
    const head = this.#headIn(document, deed)
    if (head === undefined) return undefined
    if (document.chunks !== undefined) return this.#chunkedEntry(document, deed)
    const payload = inlinePayload(document)
    if (payload === undefined) return this.#damaged(head.hash, deed)
    return { ...head, payload }
  }

  /** All heads, a page at a time, each page from where the last one ended: nothing is held open in between. */
  async *heads(deed: Deed): AsyncGenerator<ListedHead> {
    for await (const page of this.pages(WITHOUT_PAYLOAD, deed)) {
      for (const document of page) {
        const head = this.#headIn(document, deed)
        if (head !== undefined) yield { ...head, bytes: bytesOf(document) }
      }
    }
  }

  async *entries(deed: Deed): AsyncGenerator<Entry> {
    for await (const page of this.pages({ bytes: 1, chunks: 1 }, deed)) {
      for (const group of groupsOf(page)) {
        const documents = await this.#between(group[0]!._id, group.at(-1)!._id, group.length, deed)
        for (const document of documents) {
          const entry = await this.entryIn(document, deed)
          if (entry !== undefined) yield entry
        }
      }
    }
  }

  /** The namespace's entries that match, page by page in the order of their ids. */
  async *pages(projection: Record<string, 0 | 1>, deed: Deed, where: object = {}): AsyncGenerator<EntryDocument[]> {
    let position: object = { $gte: this.#ids.first, $lt: this.#ids.end }
    for (;;) {
      const filter = { gen: { $exists: true }, ...where, _id: position }
      const page = await this.#place.step(deed, (entries) =>
        entries
          .find(filter, { projection, sort: { _id: 1 }, limit: HEADS_PER_PAGE, batchSize: HEADS_PER_PAGE + 1 })
          .toArray(),
      )
      if (page.length > 0) yield page
      if (page.length < HEADS_PER_PAGE) return
      position = { $gt: page.at(-1)!._id, $lt: this.#ids.end }
    }
  }

  /** The documents from one id to another: as many as were there a moment ago, or a few less or more. */
  #between(from: string, to: string, count: number, deed: Deed): Promise<EntryDocument[]> {
    const filter = { gen: { $exists: true }, _id: { $gte: from, $lte: to } }
    return this.#place.step(deed, (entries) =>
      entries.find(filter, { sort: { _id: 1 }, batchSize: count + 1 }).toArray(),
    )
  }

  #headIn(document: EntryDocument, deed: Deed): Head | undefined {
    if (document.gen === undefined) return undefined
    const hash = this.#ids.hashOf(document._id)
    if (document.v !== FORMAT) {
      const message = `the entry was written in another format (${document.v})`
      this.#report(this.#place.problem('ERR_PERSIST_STORE_FORMAT', message, { ...deed, hash }))
      return undefined
    }
    return toHead(document, hash) ?? this.#damaged(hash, deed)
  }

  /** Chunks are deleted when their entry is replaced: then there is a newer one to read. */
  async #chunkedEntry(first: EntryDocument, deed: Deed): Promise<Entry | undefined> {
    const hash = this.#ids.hashOf(first._id)
    let document: EntryDocument | null = first
    for (let look = 1; ; look++) {
      const { gen, chunks, bytes = 0 } = document
      const read = await this.#chunks.read(gen!, chunks!, bytes, deed)
      const payload = read && chunkedPayload(document, read)
      const head = toHead(document, hash)
      if (payload !== undefined && head !== undefined) return { ...head, payload }
      document = await this.find(hash, true, deed)
      if (document?.gen === undefined) return undefined
      if (document.chunks === undefined) return this.entryIn(document, deed)
      if (document.gen === gen || look === LOOKS) return this.#damaged(hash, deed)
    }
  }

  /** How many bytes an answer carries. The caller waits for that answer, not for this one. */
  async #sizeOf(ids: readonly string[], deed: Deed): Promise<number> {
    const heads = await this.#place.ask({ ...deed, isBehind: true }, (entries) =>
      entries.find({ _id: { $in: [...ids] } }, { projection: { bytes: 1, chunks: 1 } }).toArray(),
    )
    return heads.reduce((sum, head) => sum + (head.chunks === undefined ? bytesOf(head) : 0), 0)
  }

  #damaged(hash: string, deed: Deed): undefined {
    this.#report(this.#place.problem('ERR_PERSIST_ENTRY_DAMAGED', 'the entry is damaged', { ...deed, hash }))
    return undefined
  }
}

/** Groups that fit into memory, whatever the sizes. */
function* groupsOf(page: readonly EntryDocument[]): Generator<EntryDocument[]> {
  let group: EntryDocument[] = []
  let total = 0
  for (const document of page) {
    const bytes = document.chunks === undefined ? bytesOf(document) : 0
    if (group.length === ENTRIES_PER_GROUP || (group.length > 0 && total + bytes > BYTES_PER_GROUP)) {
      yield group
      group = []
      total = 0
    }
    group.push(document)
    total += bytes
  }
  if (group.length > 0) yield group
}
