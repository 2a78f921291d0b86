import type { Mode } from '@persist/store'
import type { AnyFunction, IsIteration, ReturnInMode } from './functions.ts'

/** The progress of `f.many`. */
export interface ManyProgress {
  /** Calls that have ended. */
  readonly done: number
  /** All calls; absent if the list is no array. */
  readonly total?: number
  /** Ended calls that were served without a run of the function for them. */
  readonly hits: number
  /** Ended calls that failed. */
  readonly failed: number
}

/** Options of `f.many`. */
export interface ManyOptions<Settle extends boolean = boolean> {
  /**
   * The limit on concurrent runs of the function for this list. Stored results neither count nor wait. Default: the
   * function's own `concurrency`; without one, an array starts all calls, and any other list at most 1,000.
   */
  readonly concurrency?: number | undefined
  /**
   * `true`: each result is `{ status: 'fulfilled', value }` or `{ status: 'rejected', reason }`, as from
   * `Promise.allSettled`. Default: `false`, which throws the error of the first failed call after all others are stored.
   */
  readonly settle?: Settle | undefined
  /**
   * After an abort no further call of the list starts, and `f.many` throws the signal's reason. A function that takes a
   * signal among its arguments is aborted. Stored results stay. Default: none.
   */
  readonly signal?: AbortSignal | undefined
  /** Called after each call that ended. An error that it throws is reported. Default: none. */
  readonly onProgress?: ((progress: ManyProgress) => void) | undefined
}

/** The result of one call of `f.many`. */
type Item<V, Settle extends boolean> = Settle extends true ? PromiseSettledResult<V> : V

/** The return type of `f.many` for an array of calls that return `R`, over a store of mode `M`: results in order. */
type ManyOf<R, M extends Mode, Settle extends boolean> = [R] extends [PromiseLike<infer V>]
  ? Promise<Item<V, Settle>[]>
  :
      | ReturnInMode<Item<Awaited<R>, Settle>[], M>
      // A function that only sometimes returns a promise.
      | ([Extract<R, PromiseLike<unknown>>] extends [never] ? never : Promise<Item<Awaited<R>, Settle>[]>)

/**
 * `f.many`: the results of many calls, in order. Each item of the list is an array of arguments.
 *
 * Stored results are read in one round trip per 1,000 calls if the store supports that. Equal calls of one list run once.
 *
 * @throws OptionError for an item that is no array of arguments, and for an option that is unknown or of the wrong type;
 * the reason of a signal; without `settle` the error of the first failed call.
 * @example
 * ```ts
 * const length = persist((text: string) => text.length, { funcname: 'length' })
 * length.many([['a'], ['bc']]) // [1, 2]
 * for await (const one of length.many(new Set([['a'], ['bc']] as const), { settle: true })) console.log(one.status)
 * ```
 */
export type Many<F extends AnyFunction, M extends Mode> =
  IsIteration<ReturnType<F>> extends true ? ManyStreams<F> : ManyCalls<F, M>

/** `f.many` of a function whose results are stored one by one. */
export interface ManyCalls<F extends AnyFunction, M extends Mode> {
  /** Returns an array for an array. A sync function over a sync store computes one call after the other, without promises. */
  <Settle extends boolean = false>(
    this: ThisParameterType<F>,
    calls: readonly Readonly<Parameters<F>>[],
    options?: ManyOptions<Settle>,
  ): ManyOf<ReturnType<F>, M, Settle>
  /**
   * Returns an iteration, in order, for any other list, also an endless one. Reads ahead as far as `concurrency`, and at
   * least 1,000 calls. Without `settle` it ends at the first failed call, after all started calls are stored.
   */
  <Settle extends boolean = false>(
    this: ThisParameterType<F>,
    calls: Iterable<Readonly<Parameters<F>>> | AsyncIterable<Readonly<Parameters<F>>>,
    options?: ManyOptions<Settle>,
  ): AsyncGenerator<Item<Awaited<ReturnType<F>>, Settle>, void, undefined>
}

/** `f.many` of an async generator: one iteration per call. Each runs at the pace of its consumer, so no limit applies. */
export type ManyStreams<F extends AnyFunction> = (
  this: ThisParameterType<F>,
  calls: readonly Readonly<Parameters<F>>[],
  options?: Pick<ManyOptions, 'signal'>,
) => ReturnType<F>[]
