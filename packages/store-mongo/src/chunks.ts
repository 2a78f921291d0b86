import type { Collection } from 'mongodb'
import type { Ids } from './ids.ts'
import type { Deed, Entries, Place } from './place.ts'

/** A piece of a payload too large for one document. */
export interface ChunkDocument {
  readonly _id: string
  readonly hash: string
  /** By the writer's clock, for versions of this library that go by that. */
  readonly at: Date
  /** By the server's clock; absent in what those versions have written. */
  readonly began?: Date
  readonly bytes: Uint8Array
}

export const CHUNK_BYTES = 4 * 1024 * 1024
const AT_ONCE = 3

/**
 * The chunk documents of a namespace. They are written before the entry that names their generation, and deleted after
 * it is gone; so whoever reads an entry finds its chunks whole, or finds another entry when looking again.
 */
export class Chunks {
  readonly #place: Place
  readonly #ids: Ids

  constructor(place: Place, ids: Ids) {
    this.#place = place
    this.#ids = ids
  }

  /** Writes the pieces, and tells how many there are. */
  async write(hash: string, gen: string, bytes: Buffer, deed: Deed): Promise<number> {
    const count = Math.ceil(bytes.length / CHUNK_BYTES)
    await inGroups(count, (index) => {
      const piece = bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)
      const _id = this.#ids.chunk(gen, index)
      const document = { hash, at: new Date(), bytes: piece }
      const insert = async (entries: Entries) => {
        try {
          const inserting = { $setOnInsert: document, $currentDate: { began: true } } as const
          await chunksIn(entries).updateOne({ _id }, inserting, { upsert: true })
        } catch (error) {
          // Ours already: the first try had arrived although its answer was lost.
          if ((error as { code?: unknown }).code !== 11000) throw error
        }
      }
      return this.#place.ask(deed, insert, this.#place.wait(AT_ONCE * piece.length))
    })
    return count
  }

  /** All pieces in one; `undefined` if one is missing, or they are not as many bytes. */
  async read(gen: string, count: number, size: number, deed: Deed): Promise<Buffer | undefined> {
    if (
      !(Number.isSafeInteger(count) && count > 0 && size > (count - 1) * CHUNK_BYTES && size <= count * CHUNK_BYTES)
    ) {
      return undefined
    }
    const pieces: Uint8Array[] = []
    let whole = true
    await inGroups(count, async (index) => {
      if (!whole) return
      const find = (entries: Entries) => chunksIn(entries).findOne({ _id: this.#ids.chunk(gen, index) })
      const found = await this.#place.ask(deed, find, this.#place.wait(AT_ONCE * CHUNK_BYTES))
      if (found?.bytes instanceof Uint8Array) pieces[index] = found.bytes
      else whole = false
    })
    if (!whole) return undefined
    const bytes = Buffer.concat(pieces)
    return bytes.length === size ? bytes : undefined
  }

  /** Deletes the pieces of one generation. */
  async remove(gen: string, deed: Deed): Promise<void> {
    const { first, end } = this.#ids.chunks(gen)
    await this.#place.step(deed, (entries) => entries.deleteMany({ _id: { $gte: first, $lt: end } }))
  }
}

/** The same collection: entries and chunks live side by side, told apart by their ids. */
export function chunksIn(entries: Entries): Collection<ChunkDocument> {
  return entries as unknown as Collection<ChunkDocument>
}

async function inGroups(count: number, act: (index: number) => Promise<void>): Promise<void> {
  for (let start = 0; start < count; start += AT_ONCE) {
    const group = Array.from({ length: Math.min(AT_ONCE, count - start) }, (_, offset) => act(start + offset))
    await Promise.all(group)
  }
}
