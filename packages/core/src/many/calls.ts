import { type CacheKey, cacheKeyOf } from '../call/cache-key.ts'
import { type Call, PLAIN } from '../call/call.ts'
import { getOrCompute } from '../call/get-or-compute.ts'
import { lookupInMemory, readEntry } from '../call/lookup.ts'
import { arrayOf } from '../call/replies.ts'
import { serveHit } from '../call/serve.ts'
import { callStore, reportProblem } from '../call/store-guard.ts'
import { Limit } from '../concurrency/limit.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { ManyOptions, ManyProgress } from '../types/many.ts'

/** Enough to make round trips rare, few enough to keep one reply small. */
export const BATCH = 1_000

/** How one call has ended. */
export type Outcome = PromiseSettledResult<unknown>

/** The calls of one list: starts them, counts how they end, and says when there is room for more. */
export class Calls {
  /** A call has answered with a promise, or a stored result is of one that has. */
  promised = false
  readonly #context: Context
  readonly #self: unknown
  readonly #options: ManyOptions
  readonly #progress: { done: number; hits: number; failed: number }
  readonly #total: { readonly total?: number }
  #underWay = 0
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
   * Looks up what is stored, and gives for each call how to begin it. No outcome ever rejects.
   *
   * @throws the reason of the signal; so does each beginning.
   */
  *prepare(list: readonly (readonly unknown[])[]): Steps<(() => Outcome | Promise<Outcome>)[]> {
    const { signal } = this.#options
    signal?.throwIfAborted()
    const stored = yield* this.#stored(list)
    return list.map((args, index) => () => {
      signal?.throwIfAborted()
      const found = stored.get(index)
      return found === undefined ? this.#call(args) : this.#end(fulfilled(found.value), true)
    })
  }

  /** Waits until fewer calls are under way than `window`, so that memory is bounded. */
  *room(window: number): Steps<void> {
    if (this.#underWay < window) return
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
    this.#underWay++
    const leave = (outcome: Outcome) => {
      this.#underWay--
      if (this.#underWay < this.#window) this.#whenRoom?.()
      return end(outcome)
    }
    return Promise.resolve(result).then(
      (value) => leave(fulfilled(value)),
      (error) => leave(rejected(error)),
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

  /** A listener that fails must not cost the caller a result. */
  #report(progress: ManyProgress): void {
    const failed = (error: unknown) => reportProblem(this.#context, 'onProgress', undefined, asError(error))
    try {
      const reply: unknown = this.#options.onProgress?.(progress)
      if (isThenable(reply)) reply.then(undefined, failed)
    } catch (error) {
      failed(error)
    }
  }

  /** The fresh results of a part of the list, where the store can give several at once. */
  *#stored(list: readonly (readonly unknown[])[]): Steps<Map<number, { readonly value: unknown }>> {
    const context = this.#context
    const hits = new Map<number, { readonly value: unknown }>()
    if (!context.adapter.supports.many || (context.mode !== 'on' && context.mode !== 'replay')) return hits
    const cacheKeys = list.map((args) => identityOf(context, this.#self, args))
    const wanted = cacheKeys.filter((one) => one !== undefined)
    if (wanted.length === 0) return hits
    let entries: Awaited<ReturnType<NonNullable<Context['store']['getMany']>>>
    try {
      const hashes = wanted.map(({ hash }) => hash)
      entries = yield* wait(
        callStore(context, 'getMany', undefined, () => context.store.getMany!(hashes), [], arrayOf(hashes.length)),
      )
    } catch {
      // With onStoreError: 'throw'. Each call asks for itself, and fails for itself.
      return hits
    }
    // A store that says `null` for all of them, or for one, has none.
    const found = new Map(wanted.map((cacheKey, index) => [cacheKey, entries?.[index] ?? undefined]))
    for (const [index, cacheKey] of cacheKeys.entries()) {
      const entry = cacheKey && found.get(cacheKey)
      if (entry === undefined) continue
      try {
        const found = yield* wait(readEntry(context, cacheKey!, entry, Number.POSITIVE_INFINITY))
        if (found.kind !== 'fresh') continue
        const result = serveHit(context, cacheKey!, found)
        if (result.promised) this.promised = true
        hits.set(index, result)
      } catch {
        // The call of this item meets the same, and fails for itself.
      }
    }
    return hits
  }
}

/** `undefined` for a call that has no key, or that memory knows: it goes on by itself, and concerns no other. */
function identityOf(context: Context, self: unknown, args: readonly unknown[]): CacheKey | undefined {
  try {
    const cacheKey = cacheKeyOf(context, self, args)
    return lookupInMemory(context, cacheKey, Number.POSITIVE_INFINITY) === undefined ? cacheKey : undefined
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
