import type { Entry } from '@persist/store'
import { type Flight, isFenced, type Succession } from '../concurrency/flight.ts'
import type { Steps } from '../concurrency/sync-or-async.ts'
import { run } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { acquireToStore } from './acquire-lease.ts'
import type { ArgumentSnapshot } from './arguments.ts'
import type { CacheKey } from './cache-key.ts'
import type { Call } from './call.ts'
import { isRefresh, noteAccepted } from './call.ts'
import type { ChunkList } from './chunk-list.ts'
import { replayable } from './chunks.ts'
import { createEntry, pickleKey } from './create-entry.ts'
import { endTrace, UNTRACED } from './input-trace.ts'
import { keepAlive } from './lease.ts'
import type { RightToStore } from './lease-result.ts'
import { ownLeaseHolder } from './own-leases.ts'
import { otherTakeovers } from './pending-leases.ts'
import { endSuccession, publish, tagMark } from './publish.ts'
import { reportProblem } from './store-guard.ts'
import { leaveToLaterRun, takeOverForRefresh } from './succession.ts'

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
  #succession: Succession | undefined
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
    noteAccepted(context, this.#flight, isRefresh(context, call) ? 0 : call.maxAge)
    this.#mark = await run(tagMark(context, this.#cacheKey))
    this.#flight.isRefresh = isRefresh(context, call)
    this.#acquired = await run(this.#acquire())
    this.#stopRenewing = keepAlive(context, this.#succession?.lease)
  }

  /** A refresh may take the lease from this run as soon as it has it, and must find the succession then. */
  *#acquire(): Steps<RightToStore> {
    const acquire: typeof takeOverForRefresh | typeof acquireToStore = this.#flight.isRefresh
      ? takeOverForRefresh
      : acquireToStore
    const acquired = yield* acquire(this.#context, this.#cacheKey, this.#flight)
    const [lease, succession] = acquired.kind === 'acquired' ? [acquired.lease, acquired.succession] : []
    this.#succession = succession ?? this.#flight.succession ?? { flight: this.#flight, lease }
    // Also if all consumers have left meanwhile, which has ended the flight.
    this.#flight.succession = this.#succession
    return acquired
  }

  /** Gives up the right to store. Does nothing if it has been given up. */
  async release(): Promise<void> {
    await this.#end(false)
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
    const publication = { acquired: this.#acquired!, succession: this.#succession!, mark: this.#mark, ...created }
    let isPublished = false
    try {
      await run(otherTakeovers(this.#context, this.#cacheKey))
      isPublished = this.#isLeftToRefresh(created) || (await run(publish(this.#computation(), publication)))
    } finally {
      await this.#end(isPublished)
    }
    return created.entry.payload
  }

  /** A refresh that began later keeps its lease: its result replaces this one, which is stored only if that one is not. */
  #isLeftToRefresh({ entry, value }: { readonly entry: Entry; readonly value: unknown }): boolean {
    const acquired = this.#acquired!
    const after = ownLeaseHolder(this.#context, this.#cacheKey)
    const isLater = after?.isRefresh === true && after.began > this.#flight.began
    if (acquired.kind !== 'timeout' || !isLater || after.lease?.id !== acquired.from) return false
    if (isFenced(this.#flight, entry.tags)) return false
    const reserve = { entry, value, mark: this.#mark }
    return leaveToLaterRun(this.#context, this.#cacheKey, { after: after.succession }, reserve)
  }

  async #end(isPublished: boolean): Promise<void> {
    this.#stopRenewing()
    const succession = this.#succession
    this.#succession = undefined
    if (succession === undefined) return
    try {
      await run(endSuccession(this.#computation(), succession, isPublished))
    } finally {
      // All consumers may have left before there was a lease.
      if (this.#flight.ended) this.#context.flights.end(this.#flight)
    }
  }

  #computation() {
    return { context: this.#context, cacheKey: this.#cacheKey, flight: this.#flight }
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
