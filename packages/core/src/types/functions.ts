import type { Mode, SchemeOf, StoreAdapter } from '@persist/store'

/** Any function. */
// biome-ignore lint/suspicious/noExplicitAny: the widest function type; `unknown` arguments would refuse every real one
export type AnyFunction = (this: any, ...args: any[]) => any

/**
 * `F` as a function that can be called; `never` for a class. `Function` itself, which says nothing of its arguments, is any
 * function: that is what TypeScript takes `F` for while it does not know the types of a function's parameters yet.
 */
// biome-ignore lint/complexity/noBannedTypes: see above
export type Callable<F> = F extends AnyFunction ? F : Function extends F ? AnyFunction : never

/** What the `cache` option takes: a cache URL, or an adapter object. */
export type CacheRef = string | URL | StoreAdapter

/** The cache of a function whose `cache` option is not given. */
export type DefaultCache = 'file://persist'

/** The schemes whose stores answer at once; all others answer with promises. A registered scheme is asynchronous in the types. */
export type SyncScheme = 'file' | 'lmdb' | 'memory'

/** The mode of a cache, as far as its type tells: a plain `string` may be either. */
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

/** What a function that returned `R` returns once it is persisted in a store of mode `M`. */
export type ReturnInMode<R, M extends Mode> =
  IsIteration<R> extends true ? R : M extends 'sync' ? R : Promise<Awaited<R>>

/** What is stored of a function: its result; of an async generator the list of what it yields. */
export type ResultOf<F extends AnyFunction> =
  IsIteration<ReturnType<F>> extends true
    ? ReturnType<F> extends AsyncIterable<infer Chunk>
      ? Chunk[]
      : never
    : Awaited<ReturnType<F>>

/** Neither `any` nor `never`, which extend everything, are meant. */
export type IsIteration<R> = 0 extends 1 & R
  ? false
  : [R] extends [never]
    ? false
    : [R] extends [AsyncIterable<unknown>]
      ? true
      : false

/** A time in milliseconds, or as text: `'30s'`, `'10m'`, `'7d'`. */
export type Duration = number | string

/** The key of a function without a `key` option: its arguments. */
export interface DefaultKey {
  readonly [defaultKey]: true
}
declare const defaultKey: unique symbol

/** The key type `K`, or the arguments of `F` where no `key` option was given. */
export type KeyOf<F extends AnyFunction, K> = [K] extends [DefaultKey] ? Parameters<F> : K
