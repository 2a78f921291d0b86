import type { Entry } from '@persist/store'
import { until } from '../concurrency/abort-signals.ts'
import { type Flight, runInFlight } from '../concurrency/flight.ts'
import { join, RING } from '../concurrency/rings.ts'
import { sharedTimeOf } from '../concurrency/shared-time.ts'
import { run, type Steps } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { requireSync } from '../runtime/answered.ts'
import { asError } from '../runtime/as-error.ts'
import { isChangeable } from '../runtime/changeable.ts'
import type { Broadcast, Consumer } from '../state/broadcasts.ts'
import { acquireToStore, type RightToStore, stealLease } from './acquire-lease.ts'
import { type ArgumentSnapshot, snapshotArguments } from './arguments.ts'
import type { CacheKey } from './cache-key.ts'
import { argumentsChanged } from './cache-key.ts'
import { type Call, isRefresh } from './call.ts'
import { replayable } from './chunks.ts'
import { ownArguments } from './compute.ts'
import { createEntry, pickleKey } from './create-entry.ts'
import { keepAlive, release } from './lease.ts'
import { publish, tagMark } from './publish.ts'
import { reportProblem } from './store-guard.ts'

/** An iterator that its consumer dropped, without a word, counts as one that left. */
const dropped = new FinalizationRegistry<() => void>((leave) => leave())

/** A chunk as it was when it came: what its first consumer does to it later reaches no other consumer, and not the store. */
type Held = { readonly value: unknown } | { readonly payload: string | Uint8Array }

/** How a consumer asks for the next chunk: `next(value)` or `throw(error)`. */
type Request = { readonly value: unknown } | { readonly error: unknown }

type Step = IteratorResult<unknown>

/** How it has ended. */
type End = { readonly error: unknown } | { readonly returned: Held } | { readonly argumentsChanged: true }

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
  readonly #pickledKey: string | undefined
  readonly #held: Held[] = []
  #source: AsyncGenerator<unknown> | undefined
  #fetching: Promise<Step | typeof RING> | undefined
  #end: End | undefined
  #followers = 0
  /** A chunk that cannot be pickled came: there is nothing to store. */
  #isBroken = false
  /** Its consumer sent it a value or an error, which no key knows: there is nothing to store. */
  #isSteered = false
  #durationMs = 0
  #mark: string | undefined
  #acquired: RightToStore | undefined
  #stopRenewing = () => {}
  #given: ArgumentSnapshot | undefined

  constructor(context: Context, call: Call, cacheKey: CacheKey) {
    this.#context = context
    this.#call = call
    this.#cacheKey = cacheKey
    this.#pickledKey = pickleKey(context, cacheKey)
    this.flight = context.flights.start(cacheKey.canonicalKey, { joinable: false })
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
      const held = this.#held[at]
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
    return this.#followers === 1 && isStill && at > 0 && this.#held.length === at
  }

  async #fetch(request: Request): Promise<Step | typeof RING> {
    const stopwatch = sharedTimeOf(this.#context.runtime).start()
    try {
      if (this.#source === undefined) await this.#prepare()
      // Every consumer has left before the function began.
      if (this.#end !== undefined) return await this.#giveBack()
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
      const held = this.#hold(step.value)
      if (!step.done) {
        this.#held.push(held)
        return step
      }
      this.#tellComputed(false)
      await this.#store(step.value)
      this.#finish({ returned: held })
      return step
    } catch (error) {
      if (this.#end !== undefined) return ENDED
      this.#context.counters.errors++
      this.#tellComputed(true)
      this.#finish({ error })
      await this.#giveBack()
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
    await this.#giveBack()
    return RING
  }

  /** What it needs to store its chunks later. It does not wait. */
  async #prepare(): Promise<void> {
    const context = this.#context
    this.#mark = await run(tagMark(context, this.#cacheKey))
    const take: (...given: Parameters<typeof acquireToStore>) => Steps<RightToStore> = isRefresh(context, this.#call)
      ? stealLease
      : acquireToStore
    this.#acquired = await run(take(context, this.#cacheKey, this.flight))
    this.#stopRenewing = keepAlive(context, this.#acquired.kind === 'acquired' ? this.#acquired.lease : undefined)
  }

  /** It stores nothing. */
  async #giveBack(): Promise<Step> {
    this.#stopRenewing()
    const acquired = this.#acquired
    this.#acquired = undefined
    if (acquired?.kind === 'acquired') await run(release(this.#context, this.#cacheKey, acquired.lease))
    return ENDED
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

  #hold(value: unknown): Held {
    if (!isChangeable(value)) return { value }
    try {
      return { payload: this.#context.pickle([value]) }
    } catch (error) {
      if (!this.#isBroken) reportProblem(this.#context, 'pickle', this.#cacheKey.hash, asError(error))
      this.#isBroken = true
      return { value }
    }
  }

  /** A consumer for which there is no copy goes on with an iteration of its own. */
  #stepFor(held: Held, done: boolean): Step | typeof RING {
    try {
      return { done, value: this.#copyOf(held) }
    } catch (error) {
      reportProblem(this.#context, 'unpickle', this.#cacheKey.hash, asError(error))
      return RING
    }
  }

  #copyOf(held: Held): unknown {
    if (!('payload' in held)) return held.value
    return (requireSync('unpickle', this.#context.unpickle(held.payload)) as unknown[])[0]
  }

  async #store(returned: unknown): Promise<void> {
    const made = this.#record(returned)
    if (made === undefined) {
      await this.#giveBack()
      return
    }
    this.#stopRenewing()
    const acquired = this.#acquired!
    this.#acquired = undefined
    const computation = { context: this.#context, cacheKey: this.#cacheKey, flight: this.flight }
    const lease = acquired.kind === 'acquired' ? acquired.lease : undefined
    await run(publish(computation, { acquired, lease, mark: this.#mark, ...made }))
  }

  /** The chunks and their entry; `undefined` if they are not to be kept, or cannot be. */
  #record(returned: unknown): { readonly entry: Entry; readonly value: unknown[] } | undefined {
    const { hash } = this.#cacheKey
    if (this.#isBroken || this.#isSteered) {
      this.#context.reporter.report('skip', { hash, reason: this.#isSteered ? 'steered' : 'incomplete' })
      return undefined
    }
    let value: unknown[]
    try {
      value = replayable(
        this.#held.map((held) => this.#copyOf(held)),
        returned,
      )
    } catch (error) {
      reportProblem(this.#context, 'pickle', hash, asError(error))
      return undefined
    }
    const outcome = {
      value,
      given: this.#given!,
      durationMs: this.#durationMs,
      promised: true,
      pickledKey: this.#pickledKey,
    }
    const entry = createEntry(this.#context, this.#cacheKey, outcome)
    return entry && { entry, value }
  }

  #tellComputed(failed: boolean): void {
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
    await this.#giveBack()
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
