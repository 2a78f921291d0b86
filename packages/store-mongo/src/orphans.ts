import { type ChunkDocument, type Chunks, chunksIn } from './chunks.ts'
import type { CollectionAccess, Operation } from './collection-access.ts'
import type { Ids } from './ids.ts'

/** Chunks that no entry names belong to a dead writer when they are this old by the server's clock. */
const ORPHANED_MS = 3_600_000
/** The same by the writer's clock, which may be wrong. Chunks of older versions only have a time by that clock. */
const SURELY_ORPHANED_MS = 86_400_000
const CHUNKS_PER_PAGE = 1000

type Seen = Pick<ChunkDocument, '_id' | 'hash' | 'at' | 'began'>

/** The chunks of one value. */
interface Generation {
  readonly gen: string
  readonly chunks: readonly Seen[]
}

/** Removes chunks that no entry names: a process died before it wrote their entry, or before it deleted them. */
export class Orphans {
  readonly #access: CollectionAccess
  readonly #ids: Ids
  readonly #chunks: Chunks

  constructor(access: CollectionAccess, ids: Ids, chunks: Chunks) {
    this.#access = access
    this.#ids = ids
    this.#chunks = chunks
  }

  /**
   * Removes the old ones. The current time is the server's, and so is `began`: the clock of this process may be ahead. `at` is
   * by the writer's clock. It only counts for a chunk without `began`, which has to be older.
   */
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

/** A chunk without any date stays: a process may be writing it. */
function isOld({ began, at }: Seen, now: number): boolean {
  if (began instanceof Date) return began.getTime() < now - ORPHANED_MS
  return at instanceof Date && at.getTime() < now - SURELY_ORPHANED_MS
}
