import type { Listing, Mode, Reply } from '@persist/store'
import type { DependencyPart } from './dependency.ts'
import type { MissReason } from './events.ts'
import type { Explanation } from './explanation.ts'
import type {
  AnyFunction,
  CacheRef,
  DefaultCache,
  Duration,
  IsIteration,
  KeyOf,
  ModeOf,
  ResultOf,
  ReturnInMode,
} from './functions.ts'
import type { Many } from './many.ts'

/** The result of `f.lookup(...args)`, which never computes. */
export type Lookup<V, K> =
  | {
      readonly hit: false
      readonly value?: undefined
      /** Why a call would compute: the `reason` of the event `miss`. */
      readonly reason: MissReason
    }
  | {
      readonly hit: true
      readonly value: V
      /** Milliseconds since 1970. */
      readonly createdAt: number
      /** Milliseconds since 1970; absent: never. */
      readonly expiresAt?: number
      readonly metadata?: string
      /** With `storekey` or `unhash`. */
      readonly key?: K
      /** How long the function took, in milliseconds. */
      readonly durationMs?: number
    }

/** The counts of one function in this process: see `f.counters`. */
export interface Counters {
  /** Calls served from memory, from the store, or by joining a running call. */
  readonly hits: number
  /** Calls that found no entry to serve. A call that then got the result of another process also counts as a hit. */
  readonly misses: number
  /** Expired results served by `staleWhileRevalidate` or `staleIfError`. */
  readonly stale: number
  /** Runs of the function that threw or rejected. */
  readonly errors: number
  /** Failures of the store, of an entry, or of an option that was called. */
  readonly problems: number
  /** The events `wait`: waits that have ended, for another process, or for a call that took as long as `waitTimeout`. */
  readonly waits: number
  /**
   * The recorded durations of all results served without computing, in milliseconds: the time that the function itself
   * took, without the time in which it only competed for the thread with other calls.
   */
  readonly savedMs: number
}

/** The result of `f.stats()`: the counters, and the size of the store. */
export interface Stats extends Counters {
  readonly entries: number
  readonly bytes: number
}

/** The overrides of a call: `f.with(overrides)(...args)`. */
export interface Overrides {
  /** Serve only results up to this age. Default: any age within `ttl`. */
  readonly maxAge?: Duration | undefined
  /** Compute again and overwrite the stored result. Default: `false`. */
  readonly refresh?: boolean | undefined
  /** Compute again; neither read nor write the store. Default: `false`. */
  readonly bypass?: boolean | undefined
  /** Leaves the call when it aborts; other callers may still wait for the call. Default: none. */
  readonly signal?: AbortSignal | undefined
}

/** A function's results as a Map from keys to values, over a synchronous store. */
export interface SyncView<K, V> {
  /** The fresh result, or `undefined`; never computes. */
  get(key: K): V | undefined
  /** Stores a result. A running computation does not overwrite it. */
  set(key: K, value: V): this
  /** Whether there is a fresh result. */
  has(key: K): boolean
  /** Deletes the result; returns whether there was one. A running computation cannot store it again. */
  delete(key: K): boolean
  /** Deletes all results; returns how many there were. */
  clear(): number
  /** Deletes the results with the tag; returns how many there were. */
  deleteByTag(tag: string): number
  /**
   * The number of fresh results, including those stored without their key, which no listing has. Reads the head of each
   * entry; `f.stats()` is faster, but also counts expired results.
   */
  readonly size: number
}

/** A function's results as a Map from keys to values, over an asynchronous store. */
export interface AsyncView<K, V> {
  /** The fresh result, or `undefined`; never computes. */
  get(key: K): Promise<V | undefined>
  /** Stores a result. A running computation does not overwrite it. */
  set(key: K, value: V): Promise<void>
  /** Whether there is a fresh result. */
  has(key: K): Promise<boolean>
  /** Deletes the result; returns whether there was one. A running computation cannot store it again. */
  delete(key: K): Promise<boolean>
  /** Deletes all results; returns how many there were. */
  clear(): Promise<number>
  /** Deletes the results with the tag; returns how many there were. */
  deleteByTag(tag: string): Promise<number>
  /**
   * The number of fresh results, including those stored without their key, which no listing has. Reads the head of each
   * entry; `f.stats()` is faster, but also counts expired results.
   */
  size(): Promise<number>
}

/** The members of a view that need `storekey` or `unhash`: lazy listings of the fresh entries, in no order. */
export type Iteration<K, V, M extends Mode> = {
  /** The keys. */
  keys(): Listing<M, K>
  /** The results. */
  values(): Listing<M, V>
  /** Pairs of key and result. */
  entries(): Listing<M, [K, V]>
  /** Calls `visit` for each entry; over an asynchronous store the promise settles after the last. */
  forEach(visit: (value: V, key: K) => void): Reply<M, void>
} & (M extends 'sync' ? Iterable<[K, V]> : AsyncIterable<[K, V]>)

/** The type of `f.cache`. */
export type View<K, V, M extends Mode, Iterates extends boolean> = M extends Mode
  ? (M extends 'sync' ? SyncView<K, V> : AsyncView<K, V>) & (Iterates extends true ? Iteration<K, V, M> : unknown)
  : never

/** The call signature of a persisted function: the original's, with a promise if the store is asynchronous. */
export type PersistedCall<F extends AnyFunction, M extends Mode> = [M] extends ['sync']
  ? F
  : ReturnType<F> extends PromiseLike<unknown> | AsyncIterable<unknown>
    ? F
    : ((this: ThisParameterType<F>, ...args: Parameters<F>) => ReturnInMode<ReturnType<F>, M>) & Attached<F>

/** The properties of the original, such as `schema` of `Object.assign(fn, { schema })`; the persisted function has them. */
type Attached<F extends AnyFunction> = [keyof F] extends [never]
  ? unknown
  : { [P in keyof F as P extends keyof PersistedMembers<AnyFunction, unknown, Mode, boolean> ? never : P]: F[P] }

/** The return type of `f.refresh(...args)`. */
export type Refreshed<F extends AnyFunction, M extends Mode> =
  IsIteration<ReturnType<F>> extends true ? ReturnType<F> & PromiseLike<ResultOf<F>> : ReturnInMode<ReturnType<F>, M>

/** The members of a persisted function. Those that work on one call take the function's own arguments. */
export interface PersistedMembers<F extends AnyFunction, K, M extends Mode, Iterates extends boolean> {
  /** The results as a Map. */
  readonly cache: View<K, ResultOf<F>, M, Iterates>
  /** The wrapped function. */
  readonly original: F
  /**
   * What results depend on, as read when the function was wrapped: the function, the functions of `dependsOn`, and the parts
   * of its dependencies. Empty without `dependsOn`.
   */
  dependencies(): readonly DependencyPart[]
  /** The key of a call. */
  keyOf(this: ThisParameterType<F>, ...args: Parameters<F>): K
  /** Whether there is a fresh result. */
  has(this: ThisParameterType<F>, ...args: Parameters<F>): Reply<M, boolean>
  /** The fresh result, or `undefined`; never computes. */
  peek(this: ThisParameterType<F>, ...args: Parameters<F>): Reply<M, ResultOf<F> | undefined>
  /** The fresh result with its times and other facts; never computes. */
  lookup(this: ThisParameterType<F>, ...args: Parameters<F>): Reply<M, Lookup<ResultOf<F>, K>>
  /**
   * What a call would do now, and why: a hit, or a miss with what has changed or with the nearest stored call. It neither
   * computes, nor writes, nor waits for another call. For an absent entry it looks at up to 1,000 others.
   *
   * @example
   * ```ts
   * const scale = persist((x: number, by: number) => x * by, { funcname: 'scale' })
   * scale(3, 2)
   * scale.explain(3, 5)   // { hit: false, reason: 'absent', nearest: { hash: …
   * ```
   */
  explain(this: ThisParameterType<F>, ...args: Parameters<F>): Reply<M, Explanation>
  /**
   * Computes again and overwrites the stored result. For an async generator, returns an iteration that begins with the first
   * `next`; `await` runs it to its end and returns the list of its chunks.
   */
  refresh(this: ThisParameterType<F>, ...args: Parameters<F>): Refreshed<F, M>
  /** Deletes the result; returns whether there was one. */
  forget(this: ThisParameterType<F>, ...args: Parameters<F>): Reply<M, boolean>
  /** Stores a result without computing. */
  put(this: ThisParameterType<F>, value: ResultOf<F>, ...args: Parameters<F>): Reply<M, void>
  /** The results of many calls, in order: see {@link Many}. */
  readonly many: Many<F, M>
  /** Deletes all results; returns how many there were. */
  clear(): Reply<M, number>
  /**
   * The counts of this process so far, without reading the store: cheap enough for every scrape of metrics.
   *
   * @example
   * ```ts
   * const double = persist((x: number) => 2 * x, { funcname: 'double' })
   * const { hits, misses, errors } = double.counters
   * ```
   */
  readonly counters: Counters
  /**
   * The counters, and the size of the store, for which some stores read all entries. `{ store: false }` does not read the
   * store.
   */
  stats(): Reply<M, Stats>
  /** The counters; as a promise if the store is asynchronous. */
  stats(options: { readonly store: false }): Reply<M, Counters>
  /** The same function with overrides for the call that follows. */
  with(overrides: Overrides): PersistedCall<F, M>
}

/**
 * A persisted function: the signature of `F`, and the members of a persisted function. `Persisted<F>` alone is the type of
 * `persist(fn)`: over the default folder, keyed by the arguments.
 */
export type Persisted<
  F extends AnyFunction,
  K = Parameters<F>,
  C extends CacheRef = DefaultCache,
  Iterates extends boolean = false,
> = PersistedCall<F, ModeOf<C>> & PersistedMembers<F, KeyOf<F, K>, ModeOf<C>, Iterates>
