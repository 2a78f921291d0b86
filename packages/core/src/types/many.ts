import type { Mode } from '@persist/store'
import type { AnyFunction, IsIteration, ReturnInMode } from './functions.ts'

/** How far `f.many` has come. */
export interface ManyProgress {
  /** How many calls have ended. */
  readonly done: number
  /** How many calls there are; absent where the list is no array. */
  readonly total?: number
  /** How many of those that ended were served without a run of the function for them. */
  readonly hits: number
  /** How many of those that ended have failed. */
  readonly failed: number
}

/** Options of `f.many`. */
export interface ManyOptions<Settle extends boolean = boolean> {
  /**
   * How many runs of the function go on at once for this list. Stored results do not count, and do not wait. Default: the
   * function's own `concurrency`; without one an array starts all, and any other list at most 1,000.
   */
  readonly concurrency?: number | undefined
  /**
   * `true`: each result is `{ status: 'fulfilled', value }` or `{ status: 'rejected', reason }`, as `Promise.allSettled`
   * has it. Default: `false`, the error of the first call that failed is thrown once all others are computed and stored.
   */
  readonly settle?: Settle | undefined
  /**
   * Aborted: no call of the list starts any more, and `f.many` throws the signal's reason. A function that takes a signal
   * among its arguments is asked to stop. What is stored stays. Default: none.
   */
  readonly signal?: AbortSignal | undefined
  /** Called after each call that ended. What it throws is reported. Default: none. */
  readonly onProgress?: ((progress: ManyProgress) => void) | undefined
}

/** What one call of `f.many` brings. */
type Item<V, Settle extends boolean> = Settle extends true ? PromiseSettledResult<V> : V

/** What `f.many` gives for an array of calls that return `R`, over a store of mode `M`: results in order. */
type ManyOf<R, M extends Mode, Settle extends boolean> = [R] extends [PromiseLike<infer V>]
  ? Promise<Item<V, Settle>[]>
  :
      | ReturnInMode<Item<Awaited<R>, Settle>[], M>
      // A function that returns a promise only now and then.
      | ([Extract<R, PromiseLike<unknown>>] extends [never] ? never : Promise<Item<Awaited<R>, Settle>[]>)

/**
 * `f.many`: the results of many calls, in order. Each item of the list is an array of arguments.
 *
 * Stored results come in one round trip for 1,000 calls where the store can. Equal calls of one list run once.
 *
 * @throws OptionError for an item that is no array of arguments, and for an option that is unknown or of the wrong type;
 * the reason of a signal; without `settle` the error of the first call that failed.
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
  /** An array gives an array. A sync function over a sync store computes one after the other, and answers at once. */
  <Settle extends boolean = false>(
    this: ThisParameterType<F>,
    calls: readonly Readonly<Parameters<F>>[],
    options?: ManyOptions<Settle>,
  ): ManyOf<ReturnType<F>, M, Settle>
  /**
   * Any other list, also an endless one, gives an iteration, in order. It reads ahead as far as `concurrency`, and at least
   * 1,000 calls. Without `settle` it ends at the first call that failed, once all that have begun are stored.
   */
  <Settle extends boolean = false>(
    this: ThisParameterType<F>,
    calls: Iterable<Readonly<Parameters<F>>> | AsyncIterable<Readonly<Parameters<F>>>,
    options?: ManyOptions<Settle>,
  ): AsyncGenerator<Item<Awaited<ReturnType<F>>, Settle>, void, undefined>
}

/** `f.many` of an async generator: one iteration for each call. Each goes at the pace of its consumer, so there is nothing to limit. */
export type ManyStreams<F extends AnyFunction> = (
  this: ThisParameterType<F>,
  calls: readonly Readonly<Parameters<F>>[],
  options?: Pick<ManyOptions, 'signal'>,
) => ReturnType<F>[]
