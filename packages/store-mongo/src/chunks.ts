import type { Collection } from 'mongodb'
import type { CollectionAccess, Entries, Operation } from './collection-access.ts'
import type { Ids } from './ids.ts'

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
 * it is gone; so a reader of an entry finds its chunks whole, or finds another entry when it looks again.
 */
export class Chunks {
  readonly #access: CollectionAccess
  readonly #ids: Ids

  constructor(access: CollectionAccess, ids: Ids) {
    this.#access = access
    this.#ids = ids
  }

  /** Writes the pieces. Returns how many there are. */
  async write(hash: string, gen: string, bytes: Buffer, operation: Operation): Promise<number> {
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
      return this.#access.run(operation, insert, this.#access.wait(AT_ONCE * piece.length))
    })
    return count
  }

  /** All pieces in one; `undefined` if one is missing, or they are not as many bytes. */
  async read(gen: string, count: number, size: number, operation: Operation): Promise<Buffer | undefined> {
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
      const found = await this.#access.run(operation, find, this.#access.wait(AT_ONCE * CHUNK_BYTES))
      if (found?.bytes instanceof Uint8Array) pieces[index] = found.bytes
      else whole = false
    })
    if (!whole) return undefined
    const bytes = Buffer.concat(pieces)
    return bytes.length === size ? bytes : undefined
  }

  /** Deletes the pieces of one generation. */
  async remove(gen: string, operation: Operation): Promise<void> {
    const { first, end } = this.#ids.chunks(gen)
    await this.#access.runStep(operation, (entries) => entries.deleteMany({ _id: { $gte: first, $lt: end } }))
  }
}

/** The same collection: entries and chunks live side by side, with different ids. */
export function chunksIn(entries: Entries): Collection<ChunkDocument> {
  return entries as unknown as Collection<ChunkDocument>
}

async function inGroups(count: number, act: (index: number) => Promise<void>): Promise<void> {
  for (let start = 0; start < count; start += AT_ONCE) {
    const group = Array.from({ length: Math.min(AT_ONCE, count - start) }, (_, offset) => act(start + offset))
    await Promise.all(group)
  }
}
