import type { PersistError } from '@persist/errors'
import type { Entry, Head, ListedHead } from '@persist/store'
import type { Chunks } from './chunks.ts'
import type { CollectionAccess, Operation } from './collection-access.ts'
import { chunkedPayload, type EntryDocument, FORMAT, inlinePayload } from './entry-codec.ts'
import { bytesOf, toHead } from './head.ts'
import type { Ids } from './ids.ts'

const LOOKS = 3
const HEADS_PER_PAGE = 1000
const BYTES_PER_GROUP = 4 * 1024 * 1024
const ENTRIES_PER_GROUP = 500
export const WITHOUT_PAYLOAD = { payload: 0, lease: 0 } as const

/** Reads entries: nothing of one that is damaged, none that is half there. */
export class Reader {
  readonly #access: CollectionAccess
  readonly #ids: Ids
  readonly #chunks: Chunks
  readonly #report: (problem: PersistError) => void

  constructor(access: CollectionAccess, ids: Ids, chunks: Chunks, report: (problem: PersistError) => void) {
    this.#access = access
    this.#ids = ids
    this.#chunks = chunks
    this.#report = report
  }

  /** The document of an entry; `freshly`: from the primary, whatever the URL says about reading. */
  find(hash: string, freshly: boolean, operation: Operation): Promise<EntryDocument | null> {
    const _id = this.#ids.entry(hash)
    const options = freshly ? { readPreference: 'primary' as const } : {}
    return this.#access.run(
      operation,
      (entries) => entries.findOne({ _id }, options),
      this.#access.waitFor(1, () => this.#sizeOf([_id], operation)),
    )
  }

  /** The documents of many entries, in one round trip, in no order. */
  findMany(hashes: readonly string[], operation: Operation): Promise<EntryDocument[]> {
    const ids = [...new Set(hashes)].map((hash) => this.#ids.entry(hash))
    return this.#access.run(
      operation,
      (entries) => entries.find({ _id: { $in: ids } }, { batchSize: ids.length + 1 }).toArray(),
      this.#access.waitFor(ids.length, () => this.#sizeOf(ids, operation)),
    )
  }

  /** The entry in a document; `undefined` where there is only a lease, or damage. */
  async entryIn(document: EntryDocument, operation: Operation): Promise<Entry | undefined> {
    const head = this.#headIn(document, operation)
    if (head === undefined) return undefined
    if (document.chunks !== undefined) return this.#chunkedEntry(document, operation)
    const payload = inlinePayload(document)
    if (payload === undefined) return this.#damaged(head.hash, operation)
    return { ...head, payload }
  }

  /** All heads, a page at a time, each page from where the last one ended: nothing is held open in between. */
  async *heads(operation: Operation): AsyncGenerator<ListedHead> {
    for await (const page of this.pages(WITHOUT_PAYLOAD, operation)) {
      for (const document of page) {
        const head = this.#headIn(document, operation)
        if (head !== undefined) yield { ...head, bytes: bytesOf(document) }
      }
    }
  }

  async *entries(operation: Operation): AsyncGenerator<Entry> {
    for await (const page of this.pages({ bytes: 1, chunks: 1 }, operation)) {
      for (const group of groupsOf(page)) {
        const documents = await this.#between(group[0]!._id, group.at(-1)!._id, group.length, operation)
        for (const document of documents) {
          const entry = await this.entryIn(document, operation)
          if (entry !== undefined) yield entry
        }
      }
    }
  }

  /** The namespace's entries that match, page by page in the order of their ids. */
  async *pages(
    projection: Record<string, 0 | 1>,
    operation: Operation,
    where: object = {},
  ): AsyncGenerator<EntryDocument[]> {
    let position: object = { $gte: this.#ids.first, $lt: this.#ids.end }
    for (;;) {
      const filter = { gen: { $exists: true }, ...where, _id: position }
      const page = await this.#access.runStep(operation, (entries) =>
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
  #between(from: string, to: string, count: number, operation: Operation): Promise<EntryDocument[]> {
    const filter = { gen: { $exists: true }, _id: { $gte: from, $lte: to } }
    return this.#access.runStep(operation, (entries) =>
      entries.find(filter, { sort: { _id: 1 }, batchSize: count + 1 }).toArray(),
    )
  }

  #headIn(document: EntryDocument, operation: Operation): Head | undefined {
    if (document.gen === undefined) return undefined
    const hash = this.#ids.hashOf(document._id)
    if (document.v !== FORMAT) {
      this.#report(this.#access.entryOfOtherFormat(operation, hash, document.v))
      return undefined
    }
    return toHead(document, hash) ?? this.#damaged(hash, operation)
  }

  /** Chunks are deleted when their entry is replaced: then there is a newer one to read. */
  async #chunkedEntry(first: EntryDocument, operation: Operation): Promise<Entry | undefined> {
    const hash = this.#ids.hashOf(first._id)
    let document: EntryDocument | null = first
    for (let look = 1; ; look++) {
      const { gen, chunks, bytes = 0 } = document
      const read = await this.#chunks.read(gen!, chunks!, bytes, operation)
      const payload = read && chunkedPayload(document, read)
      const head = toHead(document, hash)
      if (payload !== undefined && head !== undefined) return { ...head, payload }
      document = await this.find(hash, true, operation)
      if (document?.gen === undefined) return undefined
      if (document.chunks === undefined) return this.entryIn(document, operation)
      if (document.gen === gen || look === LOOKS) return this.#damaged(hash, operation)
    }
  }

  /** How many bytes an answer carries. The caller waits for that answer, not for this one. */
  async #sizeOf(ids: readonly string[], operation: Operation): Promise<number> {
    const heads = await this.#access.run({ ...operation, isInBackground: true }, (entries) =>
      entries.find({ _id: { $in: [...ids] } }, { projection: { bytes: 1, chunks: 1 } }).toArray(),
    )
    return heads.reduce((sum, head) => sum + (head.chunks === undefined ? bytesOf(head) : 0), 0)
  }

  #damaged(hash: string, operation: Operation): undefined {
    this.#report(this.#access.entryDamaged(operation, hash))
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
