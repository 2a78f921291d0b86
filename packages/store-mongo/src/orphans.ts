import { type ChunkDocument, type Chunks, chunksIn } from './chunks.ts'
import type { CollectionAccess, Operation } from './collection-access.ts'
import type { Ids } from './ids.ts'

/** Chunks that no entry names and that are this old by the server's clock belong to a writer that died. */
const ORPHANED_MS = 3_600_000
/** The same by the clock of the writer, which may be wrong: older versions note no other. */
const SURELY_ORPHANED_MS = 86_400_000
const CHUNKS_PER_PAGE = 1000

type Seen = Pick<ChunkDocument, '_id' | 'hash' | 'at' | 'began'>

/** The chunks of one value. */
interface Generation {
  readonly gen: string
  readonly chunks: readonly Seen[]
}

/** Removes chunks that no entry names: their writer died before the entry was there, or before they were deleted. */
export class Orphans {
  readonly #access: CollectionAccess
  readonly #ids: Ids
  readonly #chunks: Chunks

  constructor(access: CollectionAccess, ids: Ids, chunks: Chunks) {
    this.#access = access
    this.#ids = ids
    this.#chunks = chunks
  }

  /** Removes those that are old. Only the server's clock counts: another one may be ahead of the writer's. */
  async remove(operation: Operation): Promise<void> {
    let now: number | undefined
    for await (const { gen, chunks } of this.#generations(operation)) {
      now ??= await this.#access.clock(operation)
      if (now === undefined) return
      const time = now
      if (!chunks.every((chunk) => isOld(chunk, time))) continue
      const { hash } = chunks[0]!
      const named = await this.#access.run(operation, (entries) =>
        entries.countDocuments({ _id: this.#ids.entry(hash), gen }, { limit: 1, readPreference: 'primary' }),
      )
      if (named === 0) await this.#chunks.remove(gen, operation)
    }
  }

  async *#generations(operation: Operation): AsyncGenerator<Generation> {
    let current: { gen: string; chunks: Seen[] } | undefined
    for await (const chunk of this.#all(operation)) {
      const gen = chunk._id.slice(this.#ids.chunks().first.length).split(':', 1)[0]!
      if (current?.gen !== gen) {
        if (current !== undefined) yield current
        current = { gen, chunks: [] }
      }
      current.chunks.push(chunk)
    }
    if (current !== undefined) yield current
  }

  /** All chunks of the namespace, without their bytes, in the order of their ids. */
  async *#all(operation: Operation): AsyncGenerator<Seen> {
    const { first, end } = this.#ids.chunks()
    let position: object = { $gte: first, $lt: end }
    for (;;) {
      const page = await this.#access.runStep(operation, (entries) =>
        chunksIn(entries)
          .find(
            { _id: position },
            { projection: { hash: 1, at: 1, began: 1 }, sort: { _id: 1 }, limit: CHUNKS_PER_PAGE },
          )
          .toArray(),
      )
      yield* page.filter(({ hash }) => typeof hash === 'string')
      if (page.length < CHUNKS_PER_PAGE) return
      position = { $gt: page.at(-1)!._id, $lt: end }
    }
  }
}

/** A chunk without any date stays: it may be one that is being written. */
function isOld({ began, at }: Seen, now: number): boolean {
  if (began instanceof Date) return began.getTime() < now - ORPHANED_MS
  return at instanceof Date && at.getTime() < now - SURELY_ORPHANED_MS
}
