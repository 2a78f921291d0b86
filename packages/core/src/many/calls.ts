import { type CacheKey, cacheKeyOf } from '../call/cache-key.ts'
import { type Call, NO_SIGNALS, PLAIN } from '../call/call.ts'
import { pendingWrites } from '../call/change-order.ts'
import { getOrCompute } from '../call/get-or-compute.ts'
import { lookupInMemory, readFound } from '../call/lookup.ts'
import { throwIfAnyAborted } from '../call/note-call.ts'
import { arrayOf } from '../call/replies.ts'
import { serveHit } from '../call/serve.ts'
import { callStore, reportProblem } from '../call/store-guard.ts'
import { currentFlight, traceAround } from '../concurrency/flight.ts'
import { Limit } from '../concurrency/limit.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isThenable } from '../runtime/thenable.ts'
import { tracing } from '../trace/tracing.ts'
import type { ManyOptions, ManyProgress } from '../types/many.ts'

/** The number of calls looked up at once: round trips are rare, and one reply stays small. */
export const BATCH = 1_000

/** The outcome of one call. */
export type Outcome = PromiseSettledResult<unknown>

/** The calls of one list: starts them, counts their outcomes, and limits how many are pending. */
export class Calls {
  /** A call has returned a promise, or a stored result came from a promise. */
  promised = false
  readonly #context: Context
  readonly #self: unknown
  readonly #options: ManyOptions
  readonly #progress: { done: number; hits: number; failed: number }
  readonly #total: { readonly total?: number }
  #pending = 0
  #window = Number.POSITIVE_INFINITY
  #whenRoom: (() => void) | undefined
  readonly #limit: Limit | undefined

  constructor(context: Context, self: unknown, options: ManyOptions, total?: number) {
    this.#context = context
    this.#self = self
    this.#options = options
    const { concurrency = Number.POSITIVE_INFINITY } = options
    if (concurrency !== Number.POSITIVE_INFINITY) this.#limit = new Limit(concurrency)
    this.#total = total === undefined ? {} : { total }
    this.#progress = { done: 0, hits: 0, failed: 0 }
  }

  /**
   * Looks up stored results, and returns a function for each call that starts it. Promises of outcomes never reject.
   *
   * @throws the reason of the signal; so does each of the functions.
   */
  *prepare(list: readonly (readonly unknown[])[]): Steps<(() => Outcome | Promise<Outcome>)[]> {
    const { signal } = this.#options
    const signals = signal === undefined ? NO_SIGNALS : [signal]
    throwIfAnyAborted(this.#context, signals)
    const stored = yield* this.#noted(list)
    return list.map((args, index) => () => {
      throwIfAnyAborted(this.#context, signals)
      const found = stored.get(index)
      return found === undefined ? this.#call(args) : this.#end(fulfilled(found.value), true)
    })
  }

  /** Waits until fewer calls than `window` are pending, so that memory is bounded. */
  *waitForRoom(window: number): Steps<void> {
    if (this.#pending < window) return
    this.#window = window
    yield* wait(
      new Promise<void>((resolve) => {
        this.#whenRoom = resolve
      }),
    )
  }

  #call(args: readonly unknown[]): Outcome | Promise<Outcome> {
    let ran = false
    const call: Call = {
      self: this.#self,
      args,
      ...PLAIN,
      signal: this.#options.signal,
      limit: this.#limit,
      onRun: () => {
        ran = true
      },
    }
    const end = (outcome: Outcome) => this.#end(outcome, !ran)
    let result: unknown
    try {
      result = getOrCompute(this.#context, call)
    } catch (error) {
      return end(rejected(error))
    }
    if (!isThenable(result)) return end(fulfilled(result))
    this.promised = true
    this.#pending++
    const settle = (outcome: Outcome) => {
      this.#pending--
      if (this.#pending < this.#window) this.#whenRoom?.()
      return end(outcome)
    }
    return Promise.resolve(result).then(
      (value) => settle(fulfilled(value)),
      (error) => settle(rejected(error)),
    )
  }

  #end(outcome: Outcome, isHit: boolean): Outcome {
    const progress = this.#progress
    progress.done++
    if (outcome.status === 'rejected') progress.failed++
    else if (isHit) progress.hits++
    this.#report({ ...progress, ...this.#total })
    return outcome
  }

  /** Calls `onProgress`. An error in it is reported, so that it never loses a result. */
  #report(progress: ManyProgress): void {
    const failed = (error: unknown) => reportProblem(this.#context, 'onProgress', undefined, asError(error))
    try {
      const reply: unknown = this.#options.onProgress?.(progress)
      if (isThenable(reply)) reply.then(undefined, failed)
    } catch (error) {
      failed(error)
    }
  }

  /** Looks up stored results. Until they are known, the trace of the function that made the calls lacks them. */
  *#noted(list: readonly (readonly unknown[])[]): Steps<Map<number, { readonly value: unknown }>> {
    const end = tracing.active > 0 ? traceAround(currentFlight())?.begin(this.#context.namespace) : undefined
    try {
      return yield* this.#stored(list)
    } finally {
      end?.()
    }
  }

  /** The fresh results of a part of the list, by index, if the store can return several at once. */
  *#stored(list: readonly (readonly unknown[])[]): Steps<Map<number, { readonly value: unknown }>> {
    const context = this.#context
    const hits = new Map<number, { readonly value: unknown }>()
    if (!context.adapter.supports.many || (context.mode !== 'on' && context.mode !== 'replay')) return hits
    // Each call verifies its own hit.
    if (context.verify !== undefined) return hits
    const cacheKeys = list.map((args) => keyToLookUp(context, this.#self, args))
    const wanted = cacheKeys.filter((cacheKey) => cacheKey !== undefined)
    if (wanted.length === 0) return hits
    const mark = context.memory?.mark()
    const reading = {
      maxAge: Number.POSITIVE_INFINITY,
      mark,
      mayCall: false,
      mayWait: context.isAsync,
      isPatient: true,
    }
    let entries: Awaited<ReturnType<NonNullable<Context['store']['getMany']>>>
    try {
      const hashes = wanted.map(({ hash }) => hash)
      entries = yield* wait(
        callStore(context, 'getMany', undefined, () => context.store.getMany!(hashes), [], arrayOf(hashes.length)),
      )
    } catch {
      // With onStoreError: 'throw'. Each call reads the store itself, and throws its own error.
      return hits
    }
    // A store may return `null` for all entries or for one.
    const entryOf = new Map(wanted.map((cacheKey, index) => [cacheKey, entries?.[index] ?? undefined]))
    for (const [index, cacheKey] of cacheKeys.entries()) {
      const entry = cacheKey && entryOf.get(cacheKey)
      if (entry === undefined) continue
      try {
        const found = yield* wait(readFound(context, cacheKey!, entry, reading))
        if (found.kind !== 'fresh') continue
        const result = serveHit(context, cacheKey!, found)
        if (result.promised) this.promised = true
        hits.set(index, result)
      } catch {
        // The call of this item meets the same error and throws it.
      }
    }
    return hits
  }
}

/**
 * The key of a call to look up; `undefined` if the call has no key, a hit in memory, or a change to wait for: it then runs by
 * itself.
 */
function keyToLookUp(context: Context, self: unknown, args: readonly unknown[]): CacheKey | undefined {
  try {
    const cacheKey = cacheKeyOf(context, self, args)
    if (lookupInMemory(context, cacheKey, Number.POSITIVE_INFINITY) !== undefined) return undefined
    return pendingWrites(context, cacheKey.hash) === undefined ? cacheKey : undefined
  } catch {
    return undefined
  }
}

function fulfilled(value: unknown): Outcome {
  return { status: 'fulfilled', value }
}

function rejected(reason: unknown): Outcome {
  return { status: 'rejected', reason }
}
