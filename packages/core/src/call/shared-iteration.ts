import { until } from '../concurrency/abort-signals.ts'
import { type Flight, runInFlight } from '../concurrency/flight.ts'
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
import { ChunkList } from './chunk-list.ts'
import { ownArguments } from './compute.ts'
import { IterationStorage } from './iteration-storage.ts'
import { reportProblem } from './store-guard.ts'

/** An iterator that its consumer dropped, without a word, counts as one that left. */
const dropped = new FinalizationRegistry<() => void>((leave) => leave())

/** How a consumer asks for the next chunk: `next(value)` or `throw(error)`. */
type Request = { readonly value: unknown } | { readonly error: unknown }

type Step = IteratorResult<unknown>

/** How it has ended. */
type End = { readonly error: unknown } | { readonly returned: HeldChunk } | { readonly argumentsChanged: true }

const PLAIN_NEXT: Request = { value: undefined }
const ENDED: Step = { done: true, value: undefined }

/**
 * One running iteration, for all its consumers: the first one that needs the next chunk fetches it. The first chunk
 * starts the function. It is stored when it has come to its end, and given up when every consumer has left.
 */
export class SharedIteration implements Broadcast {
  readonly flight: Flight
  readonly #context: Context
  readonly #call: Call
  readonly #cacheKey: CacheKey
  readonly #chunks: ChunkList
  readonly #storage: IterationStorage
  #source: AsyncGenerator<unknown> | undefined
  #fetching: Promise<Step | typeof RING> | undefined
  #end: End | undefined
  #followers = 0
  /** Its consumer sent it a value or an error, which no key knows: there is nothing to store. */
  #isSteered = false
  #durationMs = 0
  #given: ArgumentSnapshot | undefined

  constructor(context: Context, call: Call, cacheKey: CacheKey) {
    this.#context = context
    this.#call = call
    this.#cacheKey = cacheKey
    this.#chunks = new ChunkList(context, cacheKey)
    this.flight = context.flights.start(cacheKey.canonicalKey, { joinable: false })
    this.#storage = new IterationStorage(context, cacheKey, this.flight, this.#chunks)
    context.broadcasts.start(cacheKey.canonicalKey, this)
  }

  /** All chunks from the first on: those that were missed at once, then as they come. */
  follow(consumer: Consumer): AsyncGenerator<unknown> {
    this.#followers++
    let isHere = true
    const leave = async (reason?: unknown) => {
      if (!isHere) return
      isHere = false
      if (--this.#followers === 0 && this.#end === undefined) await this.#giveUp(reason)
    }
    const iteration = this.#follow(consumer, leave)
    dropped.register(iteration, () => void leave().catch(() => {}))
    return iteration
  }

  async *#follow({ signals, alone }: Consumer, leave: (reason: unknown) => Promise<void>): AsyncGenerator<unknown> {
    let request = PLAIN_NEXT
    try {
      for (let at = 0; ; at++) {
        const next = this.#at(at, request)
        const step = await (signals.length === 0 ? next : until(next, signals, () => {}))
        if (step === RING) return yield* from(at, alone())
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

  async #at(at: number, request: Request): Promise<Step | typeof RING> {
    if ('error' in request && !this.#isAlone(at)) throw request.error
    for (;;) {
      const held = this.#chunks.at(at)
      if (held !== undefined) return this.#stepFor(held, false)
      if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error
        if ('argumentsChanged' in this.#end) return RING
        return this.#stepFor(this.#end.returned, true)
      }
      const isFirst = this.#fetching === undefined
      this.#fetching ??= this.#fetch(this.#isAlone(at) ? request : PLAIN_NEXT)
      const step = await join(this.flight, isFirst ? this.#fetching : this.#fetching.catch(() => undefined))
      if (step !== undefined && (isFirst || step === RING)) return step
    }
  }

  /** Whether the function stands still at the chunk that its only consumer got last: then the consumer may steer it. */
  #isAlone(at: number): boolean {
    const isStill = this.#fetching === undefined && this.#end === undefined
    return this.#followers === 1 && isStill && at > 0 && this.#chunks.length === at
  }

  async #fetch(request: Request): Promise<Step | typeof RING> {
    const stopwatch = sharedTimeOf(this.#context.runtime).start()
    try {
      if (this.#source === undefined) await this.#storage.prepare(this.#call)
      // Every consumer has left before the function began.
      if (this.#end !== undefined) {
        await this.#storage.giveBack()
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
      // Every consumer has left: the function may have ended because it was asked to.
      if (this.#end !== undefined) return ENDED
      const held = this.#chunks.hold(step.value)
      if (!step.done) {
        this.#chunks.push(held)
        return step
      }
      this.#reportComputed(false)
      await this.#storage.store({
        returned: step.value,
        given: this.#given!,
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
      await this.#storage.giveBack()
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

  /** The key is not that of the arguments any more: each consumer goes on by itself. */
  async #endUnstored(): Promise<typeof RING> {
    this.#context.reporter.report('skip', { hash: this.#cacheKey.hash, reason: 'arguments-changed' })
    this.#finish({ argumentsChanged: true })
    await this.#storage.giveBack()
    return RING
  }

  #start(): AsyncGenerator<unknown> {
    if (this.#source === undefined) {
      const { original } = this.#context
      const args = ownArguments({ call: this.#call, flight: this.flight })
      this.#given = snapshotArguments({ context: this.#context, call: this.#call, cacheKey: this.#cacheKey })
      this.#source = original.apply(this.#call.self, args) as AsyncGenerator<unknown>
    }
    return this.#source
  }

  /** A consumer for which there is no copy goes on with an iteration of its own. */
  #stepFor(held: HeldChunk, done: boolean): Step | typeof RING {
    try {
      return { done, value: this.#chunks.copyOf(held) }
    } catch (error) {
      reportProblem(this.#context, 'unpickle', this.#cacheKey.hash, asError(error))
      return RING
    }
  }

  #reportComputed(failed: boolean): void {
    this.#context.reporter.report('compute', { hash: this.#cacheKey.hash, durationMs: this.#durationMs, failed })
  }

  #finish(end: End): void {
    this.#end = end
    this.#context.flights.end(this.flight)
    this.#context.broadcasts.end(this.#cacheKey.canonicalKey, this)
  }

  /** No consumer is left: the function is asked to stop, as by a `break` in a loop over it. */
  async #giveUp(reason: unknown): Promise<void> {
    this.#finish({ returned: { value: undefined } })
    this.#context.reporter.report('skip', { hash: this.#cacheKey.hash, reason: 'incomplete' })
    this.flight.abort?.abort(reason)
    const stopped = runInFlight(this.flight, () => this.#source?.return(undefined))
    // While a chunk is on its way a generator cannot stop, and its consumer does not wait for it.
    if (this.#fetching === undefined) await stopped
    else stopped?.then(undefined, () => {})
    await this.#storage.giveBack()
  }
}

/** An iteration without its first chunks. */
async function* from(first: number, iteration: AsyncGenerator<unknown>): AsyncGenerator<unknown> {
  for (let at = 0; at < first; at++) {
    const step = await iteration.next()
    if (step.done) return step.value
  }
  return yield* iteration
}
