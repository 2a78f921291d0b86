import type { Entry } from '@persist/store'
import { mayPass } from '@persist/store/kit'
import type { Chunks } from './chunks.ts'
import type { CollectionAccess, Entries, Operation } from './collection-access.ts'
import { type EntryDocument, toDocument, type Written } from './entry-codec.ts'
import type { Ids } from './ids.ts'

const DUPLICATE_KEY = 11000
const NOT_IMPLEMENTED = 238
const TRIES = 10
/** What is read of a document that goes, to know which chunks go with it. */
const CHUNK_PART = { gen: 1, chunks: 1 } as const

/** Writes entries and removes them, with their chunks. */
export class Writer {
  readonly #access: CollectionAccess
  readonly #ids: Ids
  readonly #chunks: Chunks
  /** Some servers cannot replace and return what was there in one step; found out once. */
  #inOneStep = true

  constructor(access: CollectionAccess, ids: Ids, chunks: Chunks) {
    this.#access = access
    this.#ids = ids
    this.#chunks = chunks
  }

  /** Whatever was there, lease included, is replaced. */
  async set(entry: Entry, operation: Operation): Promise<void> {
    const document = await this.#prepared(entry, operation)
    const replaced = await this.#undone(document, operation, () =>
      this.#access.run(operation, (entries) => this.#replace(entries, document), this.#waitFor(document)),
    )
    await this.#forgetChunks(replaced, operation)
  }

  /** The entry and the end of the lease in one step. `false`: the lease is another one by now. */
  async publish(entry: Entry, lease: string, chunked: string | undefined, operation: Operation): Promise<boolean> {
    const document = await this.#prepared(entry, operation)
    const { _id, gen } = document
    const published = await this.#undone(document, operation, () =>
      this.#access.run(
        operation,
        async (entries) => {
          const { matchedCount } = await entries.replaceOne({ _id, 'lease.id': lease }, document)
          if (matchedCount === 1) return true
          // Or it had arrived although its answer was lost, and the driver tried again.
          return (await entries.countDocuments({ _id, gen }, { limit: 1, readPreference: 'primary' })) === 1
        },
        this.#waitFor(document),
      ),
    )
    if (published) await this.#forgetChunks(chunked === undefined ? null : { gen: chunked, chunks: 1 }, operation)
    else if (document.chunks !== undefined) await this.#chunks.remove(gen, operation)
    return published
  }

  /** `true`: there was an entry. */
  async remove(hash: string, operation: Operation): Promise<boolean> {
    const _id = this.#ids.entry(hash)
    const removed = await this.#access.run(operation, (entries) =>
      this.#orInTwoSteps(
        () => entries.findOneAndDelete({ _id }, { projection: CHUNK_PART }),
        async () => {
          const seen = await entries.findOne({ _id }, { projection: CHUNK_PART, readPreference: 'primary' })
          const { deletedCount } = await entries.deleteOne({ _id })
          return deletedCount === 1 ? seen : null
        },
      ),
    )
    await this.#forgetChunks(removed, operation)
    return removed?.gen !== undefined
  }

  /** Removes an entry with chunks, if it is still the one that was seen, and `where` still holds for it. */
  async removeChunked(seen: Pick<EntryDocument, '_id' | 'gen'>, where: object, operation: Operation): Promise<boolean> {
    const { _id, gen } = seen
    if (gen === undefined) return false
    const { deletedCount } = await this.#access.run(operation, (entries) => entries.deleteOne({ ...where, _id, gen }))
    if (deletedCount === 1) await this.#chunks.remove(gen, operation)
    return deletedCount === 1
  }

  async #prepared(entry: Entry, operation: Operation): Promise<Written['document']> {
    const { document, apart } = toDocument(this.#ids.entry(entry.hash), entry, this.#access.options.keepExpiredMs)
    if (apart === undefined) return document
    const { gen } = document
    try {
      return { ...document, chunks: await this.#chunks.write(entry.hash, gen, apart, operation) }
    } catch (error) {
      await this.#chunks.remove(gen, operation).catch(() => {})
      throw error
    }
  }

  /** If the entry does not get there, its chunks go again. An answer that was lost leaves them: who knows. */
  async #undone<T>(document: Written['document'], operation: Operation, put: () => Promise<T>): Promise<T> {
    try {
      return await put()
    } catch (error) {
      if (document.chunks !== undefined && !mayPass(error))
        await this.#chunks.remove(document.gen, operation).catch(() => {})
      throw error
    }
  }

  async #replace(entries: Entries, document: Written['document']): Promise<EntryDocument | null> {
    const { _id } = document
    for (let tries = 1; ; tries++) {
      try {
        return await this.#orInTwoSteps(
          () => entries.findOneAndReplace({ _id }, document, { upsert: true, projection: CHUNK_PART }),
          async () => {
            const seen = await entries.findOne({ _id }, { projection: CHUNK_PART, readPreference: 'primary' })
            await entries.replaceOne({ _id }, document, { upsert: true })
            return seen
          },
        )
      } catch (error) {
        // Two inserted at the same time; now there is one to replace.
        if ((error as { code?: unknown }).code !== DUPLICATE_KEY || tries === TRIES) throw error
      }
    }
  }

  async #orInTwoSteps<T>(one: () => Promise<T>, two: () => Promise<T>): Promise<T> {
    if (!this.#inOneStep) return two()
    try {
      return await one()
    } catch (error) {
      if ((error as { code?: unknown }).code !== NOT_IMPLEMENTED) throw error
      this.#inOneStep = false
      return two()
    }
  }

  /** What is replaced is out of reach by now: if its chunks stay, that costs room until the next tidying, no value. */
  async #forgetChunks(replaced: Pick<EntryDocument, 'gen' | 'chunks'> | null, operation: Operation): Promise<void> {
    if (replaced?.chunks === undefined || replaced.gen === undefined) return
    await this.#chunks.remove(replaced.gen, operation).catch(() => {})
  }

  #waitFor(document: Written['document']) {
    return this.#access.wait(document.chunks === undefined ? document.bytes : 0)
  }
}
