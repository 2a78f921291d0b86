import { until } from '../concurrency/abort-signals.ts'
import { type Flight, runInFlight } from '../concurrency/flight.ts'
import { numberRun } from '../concurrency/flights.ts'
import { join, RING } from '../concurrency/rings.ts'
import { sharedTimeOf } from '../concurrency/shared-time.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import type { Broadcast, Consumer } from '../state/broadcasts.ts'
import { type ArgumentSnapshot, snapshotArguments } from './arguments.ts'
import type { CacheKey } from './cache-key.ts'
import { argumentsChanged } from './cache-key.ts'
import type { Call } from './call.ts'
import type { HeldChunk } from './chunk-list.ts'
import { ChunkList, UNCOPIED } from './chunk-list.ts'
import { ownArguments } from './compute.ts'
import { startTrace, stopTracing } from './input-trace.ts'
import { IterationStorage } from './iteration-storage.ts'
import { reportProblem } from './store-guard.ts'
import { notifyWaitUntil } from './wait-until.ts'

/** Treats a consumer whose iterator was garbage collected as one that left. */
const collected = new FinalizationRegistry<() => void>((leave) => leave())

/** A consumer's request for the next chunk: `next(value)` or `throw(error)`. */
type Request = { readonly value: unknown } | { readonly error: unknown }

type Step = IteratorResult<unknown>

/** How the iteration ended. */
type End = { readonly error: unknown } | { readonly returned: HeldChunk } | { readonly argumentsChanged: true }

const PLAIN_NEXT: Request = { value: undefined }
const ENDED: Step = { done: true, value: undefined }

/**
 * One running iteration that all its consumers share: the first consumer to need the next chunk fetches it. The first fetch
 * starts the function. The chunks are stored when the iteration ends. It is aborted when all consumers have left.
 *
 * The file is long because all its steps read and change one state.
 */
export class SharedIteration implements Broadcast {
  readonly flight: Flight
  payload: string | Uint8Array | undefined
  readonly #context: Context
  readonly #call: Call
  readonly #cacheKey: CacheKey
  readonly #chunks: ChunkList
  readonly #storage: IterationStorage
  #source: AsyncGenerator<unknown> | undefined
  #fetching: Promise<Step | typeof RING> | undefined
  #end: End | undefined
  #consumers = 0
  /** A consumer sent a value or an error, which is not part of the key: nothing is stored. */
  #isSteered = false
  /** The function has ended, and its chunks are being stored: later changes must still see the flight. */
  #isStoring = false
  #durationMs = 0
  #snapshot: ArgumentSnapshot | undefined

  constructor(context: Context, call: Call, cacheKey: CacheKey) {
    this.#context = context
    this.#call = call
    this.#cacheKey = cacheKey
    this.#chunks = new ChunkList(context, cacheKey)
    this.flight = context.flights.start(cacheKey.canonicalKey, { joinable: false })
    if (cacheKey.reads !== undefined) this.flight.keyReads = cacheKey.reads
    this.#storage = new IterationStorage(context, cacheKey, this.flight, this.#chunks)
    context.broadcasts.start(cacheKey.canonicalKey, this)
  }

  /** Yields all chunks from the first: past chunks immediately, later chunks as they arrive. */
  follow(consumer: Consumer): AsyncGenerator<unknown> {
    this.#consumers++
    let isFollowing = true
    const leave = async (reason?: unknown) => {
      if (!isFollowing) return
      isFollowing = false
      if (--this.#consumers > 0 || this.#end !== undefined) return
      if (this.#isStoring) this.#notifyOf(this.#fetching)
      else await this.#abort(reason)
    }
    const iteration = this.#follow(consumer, leave)
    collected.register(iteration, () => void leave().catch(() => {}))
    return iteration
  }

  async *#follow({ signals, alone }: Consumer, leave: (reason: unknown) => Promise<void>): AsyncGenerator<unknown> {
    let request = PLAIN_NEXT
    try {
      for (let index = 0; ; index++) {
        const next = this.#stepAt(index, request)
        const step = await (signals.length === 0 ? next : until(next, signals, () => {}))
        if (step === RING) return yield* skip(index, alone())
        if (step.done) return step.value
        try {
          request = { value: yield step.value }
        } catch (error) {
          request = { error }
        }
      }
    } finally {
      await leave(signals.find(({ aborted }) => aborted)?.reason)
    }
  }

  async #stepAt(index: number, request: Request): Promise<Step | typeof RING> {
    if ('error' in request && !this.#canSteer(index)) throw request.error
    for (;;) {
      const held = this.#chunks.at(index)
      if (held !== undefined) return this.#stepFor(held, false)
      if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error
        if ('argumentsChanged' in this.#end) return RING
        return this.#stepFor(this.#end.returned, true)
      }
      const isFirst = this.#fetching === undefined
      this.#fetching ??= this.#fetch(this.#canSteer(index) ? request : PLAIN_NEXT)
      const step = await join(this.flight, isFirst ? this.#fetching : this.#fetching.catch(() => undefined))
      if (step !== undefined && (isFirst || step === RING)) return step
    }
  }

  /** Whether the only consumer has the last chunk and the function is paused: then it may send a value or an error. */
  #canSteer(index: number): boolean {
    const isPaused = this.#fetching === undefined && this.#end === undefined
    return this.#consumers === 1 && isPaused && index > 0 && this.#chunks.length === index
  }

  async #fetch(request: Request): Promise<Step | typeof RING> {
    const stopwatch = sharedTimeOf(this.#context.runtime).start()
    try {
      if (this.#source === undefined) await this.#storage.prepare(this.#call)
      // All consumers left before the function began.
      if (this.#end !== undefined) {
        await this.#storage.release()
        return ENDED
      }
      if (
        this.#source === undefined &&
        argumentsChanged(this.#context, this.#call.self, this.#call.args, this.#cacheKey)
      ) {
        return await this.#endUnstored()
      }
      const next = runInFlight(this.flight, () => this.#resume(request))
      stopwatch.pending()
      const step = await next.finally(() => {
        this.#durationMs += stopwatch.stop()
      })
      // All consumers have left: the function may have ended because of the abort.
      if (this.#end !== undefined) return ENDED
      const held = this.#chunks.hold(step.value)
      // Later calls could not follow past this chunk.
      if (held === UNCOPIED) this.#context.flights.close(this.flight)
      if (!step.done) {
        this.#chunks.push(held)
        return step
      }
      this.#isStoring = true
      this.#reportComputed(false)
      this.payload = await this.#storage.store({
        returned: step.value,
        snapshot: this.#snapshot!,
        durationMs: this.#durationMs,
        isSteered: this.#isSteered,
      })
      this.#finish({ returned: held })
      return step
    } catch (error) {
      if (this.#end !== undefined) return ENDED
      this.#context.counters.errors++
      this.#reportComputed(true)
      this.#finish({ error })
      await this.#storage.release()
      throw error
    } finally {
      this.#fetching = undefined
    }
  }

  #resume(request: Request): Promise<Step> {
    const source = this.#start()
    if (!('error' in request) && request.value === undefined) return source.next()
    this.#isSteered = true
    this.#context.flights.close(this.flight)
    return 'error' in request ? source.throw(request.error) : source.next(request.value)
  }

  /** Ends an iteration whose arguments no longer have its key: each consumer continues with its own. */
  async #endUnstored(): Promise<typeof RING> {
    this.#context.reporter.report('skip', { hash: this.#cacheKey.hash, reason: 'arguments-changed' })
    this.#finish({ argumentsChanged: true })
    await this.#storage.release()
    return RING
  }

  #start(): AsyncGenerator<unknown> {
    if (this.#source === undefined) {
      const { original } = this.#context
      const args = ownArguments({ call: this.#call, flight: this.flight })
      this.#snapshot = snapshotArguments({ context: this.#context, call: this.#call, cacheKey: this.#cacheKey })
      startTrace(this.#context, this.flight)
      numberRun(this.flight)
      this.flight.madeAt = this.#context.runtime.now()
      this.#source = original.apply(this.#call.self, args) as AsyncGenerator<unknown>
    }
    return this.#source
  }

  /** A step with a copy of the chunk. A consumer that gets no copy continues with an iteration of its own. */
  #stepFor(held: HeldChunk, done: boolean): Step | typeof RING {
    if (held === UNCOPIED) return RING
    try {
      return { done, value: this.#chunks.copyOf(held) }
    } catch (error) {
      reportProblem(this.#context, 'unpickle', this.#cacheKey.hash, asError(error))
      return RING
    }
  }

  /** The host must not stop the process before work ends for which no consumer waits. */
  #notifyOf(work: Promise<unknown> | undefined): void {
    if (work !== undefined) notifyWaitUntil(this.#context, work.then(ignore, ignore))
  }

  #reportComputed(failed: boolean): void {
    this.#context.reporter.report('compute', { hash: this.#cacheKey.hash, durationMs: this.#durationMs, failed })
  }

  #finish(end: End): void {
    this.#end = end
    stopTracing(this.flight)
    this.#context.flights.end(this.flight)
    this.#context.broadcasts.end(this.#cacheKey.canonicalKey, this)
  }

  /** Stops the function after the last consumer has left, as a `break` in a loop over it does. */
  async #abort(reason: unknown): Promise<void> {
    this.#finish({ returned: { value: undefined } })
    this.#context.reporter.report('skip', { hash: this.#cacheKey.hash, reason: 'incomplete' })
    this.flight.abort?.abort(reason)
    const stopped = runInFlight(this.flight, () => this.#source?.return(undefined))
    // Not only when the function has cleaned up: a run that begins meanwhile could not store its chunks.
    const released = this.#storage.release()
    released.catch(ignore)
    // A generator cannot stop while it computes a chunk, and the consumer does not wait for that.
    try {
      if (this.#fetching === undefined) await stopped
      else this.#notifyOf(Promise.allSettled([this.#fetching, stopped]))
    } finally {
      await released
    }
  }
}

/** An iteration without its first `count` chunks. */
async function* skip(count: number, iteration: AsyncGenerator<unknown>): AsyncGenerator<unknown> {
  for (let skipped = 0; skipped < count; skipped++) {
    const step = await iteration.next()
    if (step.done) return step.value
  }
  return yield* iteration
}

function ignore(): void {}
