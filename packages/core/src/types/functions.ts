import type { Mode, SchemeOf, StoreAdapter } from '@persist/store'

/** Any function. */
// biome-ignore lint/suspicious/noExplicitAny: the widest function type; `unknown` arguments would refuse every real one
export type AnyFunction = (this: any, ...args: any[]) => any

/**
 * `F` as a callable function; `never` for a class. `Function` itself counts as any function, since TypeScript infers it for
 * `F` before it knows the types of a function's parameters.
 */
// biome-ignore lint/complexity/noBannedTypes: see above
export type Callable<F> = F extends AnyFunction ? F : Function extends F ? AnyFunction : never

/** The values of the `cache` option: a cache URL, or an adapter object. */
export type CacheRef = string | URL | StoreAdapter

/** The default of the `cache` option. */
export type DefaultCache = 'file://persist'

/** The schemes of synchronous stores. All other stores return promises; in the types, so does each registered scheme. */
export type SyncScheme = 'file' | 'lmdb' | 'memory'

/** The mode of a cache, as far as its type shows: a plain `string` may be either. */
export type ModeOf<C> =
  C extends StoreAdapter<infer M>
    ? M
    : C extends string
      ? string extends SchemeOf<C>
        ? Mode
        : SchemeOf<C> extends SyncScheme
          ? 'sync'
          : 'async'
      : Mode

/** The return type of a persisted function whose original returns `R`, over a store of mode `M`. */
export type ReturnInMode<R, M extends Mode> =
  IsIteration<R> extends true ? R : M extends 'sync' ? R : Promise<Awaited<R>>

/** The stored result of a function. For an async generator, the list of its chunks. */
export type ResultOf<F extends AnyFunction> =
  IsIteration<ReturnType<F>> extends true
    ? ReturnType<F> extends AsyncIterable<infer Chunk>
      ? Chunk[]
      : never
    : Awaited<ReturnType<F>>

/** Whether `R` is an async iterable. `any` and `never`, which extend everything, do not count. */
export type IsIteration<R> = 0 extends 1 & R
  ? false
  : [R] extends [never]
    ? false
    : [R] extends [AsyncIterable<unknown>]
      ? true
      : false

/** A time in milliseconds, or a string: `'30s'`, `'10m'`, `'7d'`. */
export type Duration = number | string

/** The key of a function without a `key` option: its arguments. */
export interface DefaultKey {
  readonly [defaultKey]: true
}
declare const defaultKey: unique symbol

/** The key type `K`, or the arguments of `F` without a `key` option. */
export type KeyOf<F extends AnyFunction, K> = [K] extends [DefaultKey] ? Parameters<F> : K
