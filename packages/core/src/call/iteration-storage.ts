import type { Entry } from '@persist/store'
import type { Flight } from '../concurrency/flight.ts'
import type { Steps } from '../concurrency/sync-or-async.ts'
import { run } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import type { RightToStore } from './acquire-lease.ts'
import { acquireToStore, stealLease } from './acquire-lease.ts'
import type { ArgumentSnapshot } from './arguments.ts'
import type { CacheKey } from './cache-key.ts'
import type { Call } from './call.ts'
import { isRefresh } from './call.ts'
import type { ChunkList } from './chunk-list.ts'
import { replayable } from './chunks.ts'
import { createEntry, pickleKey } from './create-entry.ts'
import { endTrace, UNTRACED } from './input-trace.ts'
import { keepAlive, release } from './lease.ts'
import { publish, tagMark } from './publish.ts'
import { reportProblem } from './store-guard.ts'

/** The outcome of an iteration that ended. */
export interface IterationOutcome {
  readonly returned: unknown
  readonly snapshot: ArgumentSnapshot
  readonly durationMs: number
  /** A consumer sent the iteration a value or an error, which is not part of the key. */
  readonly isSteered: boolean
}

/** Stores the chunks of one iteration when it ends. */
export class IterationStorage {
  readonly #context: Context
  readonly #cacheKey: CacheKey
  readonly #flight: Flight
  readonly #chunks: ChunkList
  readonly #pickledKey: string | undefined
  #mark: string | undefined
  #acquired: RightToStore | undefined
  #stopRenewing = () => {}

  constructor(context: Context, cacheKey: CacheKey, flight: Flight, chunks: ChunkList) {
    this.#context = context
    this.#cacheKey = cacheKey
    this.#flight = flight
    this.#chunks = chunks
    this.#pickledKey = pickleKey(context, cacheKey)
  }

  /** Acquires the right to store before the function starts, without waiting for another process. */
  async prepare(call: Call): Promise<void> {
    const context = this.#context
    this.#mark = await run(tagMark(context, this.#cacheKey))
    const acquire: (...args: Parameters<typeof acquireToStore>) => Steps<RightToStore> = isRefresh(context, call)
      ? stealLease
      : acquireToStore
    this.#acquired = await run(acquire(context, this.#cacheKey, this.#flight))
    this.#stopRenewing = keepAlive(context, this.#acquired.kind === 'acquired' ? this.#acquired.lease : undefined)
  }

  /** Releases the lease without storing. */
  async release(): Promise<void> {
    this.#stopRenewing()
    const acquired = this.#acquired
    this.#acquired = undefined
    if (acquired?.kind === 'acquired') await run(release(this.#context, this.#cacheKey, acquired.lease))
  }

  /** Stores the chunks. Returns their payload, if they have one, stored or not. */
  async store(outcome: IterationOutcome): Promise<string | Uint8Array | undefined> {
    const { trace } = this.#flight
    const traced =
      trace === undefined && this.#cacheKey.reads === undefined
        ? UNTRACED
        : await run(endTrace(this.#context, this.#cacheKey, trace))
    const created = traced.problem === undefined ? this.#createEntry(outcome, traced.inputs) : undefined
    if (created === undefined) {
      await this.release()
      return undefined
    }
    this.#stopRenewing()
    const acquired = this.#acquired!
    this.#acquired = undefined
    const computation = { context: this.#context, cacheKey: this.#cacheKey, flight: this.#flight }
    const lease = acquired.kind === 'acquired' ? acquired.lease : undefined
    await run(publish(computation, { acquired, lease, mark: this.#mark, ...created }))
    return created.entry.payload
  }

  /** The chunks and their entry; `undefined` if they should not or cannot be stored. */
  #createEntry(
    { returned, snapshot, durationMs, isSteered }: IterationOutcome,
    inputs: readonly string[] | undefined,
  ): { readonly entry: Entry; readonly value: unknown[] } | undefined {
    const { hash } = this.#cacheKey
    if (this.#chunks.isBroken || isSteered) {
      this.#context.reporter.report('skip', { hash, reason: isSteered ? 'steered' : 'incomplete' })
      return undefined
    }
    let value: unknown[]
    try {
      value = replayable(this.#chunks.copies(), returned)
    } catch (error) {
      reportProblem(this.#context, 'pickle', hash, asError(error))
      return undefined
    }
    const computed = { value, snapshot, durationMs, promised: true, pickledKey: this.#pickledKey, inputs }
    const entry = createEntry(this.#context, this.#cacheKey, computed)
    return entry && { entry, value }
  }
}
