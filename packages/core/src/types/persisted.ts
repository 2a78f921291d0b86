import type { Listing, Mode, Reply } from '@persist/store'
import type { MissReason } from './events.ts'
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

/** What `f.lookup(...args)` tells, without computing. */
export type Lookup<V, K> =
  | {
      readonly hit: false
      readonly value?: undefined
      /** Why a call would compute: the `reason` that the event `miss` would have. */
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

/** What this process has counted for one function: see `f.counters`. */
export interface Counters {
  /** Calls that were served from memory, the store, or another call that was under way. */
  readonly hits: number
  /** Calls that found nothing to serve. One that then waited for another process and got its result is also a hit. */
  readonly misses: number
  /** Expired results that were served, by `staleWhileRevalidate` or `staleIfError`. */
  readonly stale: number
  /** Runs of the function that threw or rejected. */
  readonly errors: number
  /** Trouble with the store, with an entry, or with an option that was asked. */
  readonly problems: number
  /** Calls that waited for another process. */
  readonly waits: number
  /**
   * The recorded durations of all that was served without computing, in milliseconds: the time that the function itself
   * took, without the time in which it only queued for the thread with other calls.
   */
  readonly savedMs: number
}

/** What `f.stats()` gives: the counters, and what the store holds. */
export interface Stats extends Counters {
  readonly entries: number
  readonly bytes: number
}

/** What a call may override, through `f.with(overrides)(...args)`. */
export interface Overrides {
  /** Serve nothing older than this. */
  readonly maxAge?: Duration | undefined
  /** Compute again and overwrite. */
  readonly refresh?: boolean | undefined
  /** Compute again; neither read nor write. */
  readonly bypass?: boolean | undefined
  /** Leave the call (others may still wait for it). */
  readonly signal?: AbortSignal | undefined
}

/** A function's results as a Map from keys to values, over a synchronous store. */
export interface SyncView<K, V> {
  /** The fresh result, or `undefined`; never computes. */
  get(key: K): V | undefined
  /** Stores a result. A computation that still runs does not overwrite it. */
  set(key: K, value: V): this
  /** Whether there is a fresh result. */
  has(key: K): boolean
  /** `true`: there was one. A computation that still runs cannot bring it back. */
  delete(key: K): boolean
  /** Tells how many entries there were. */
  clear(): number
  /** Deletes the entries with this tag and tells how many. */
  deleteByTag(tag: string): number
  /**
   * How many fresh results there are, also such as were stored without their key, which no listing has. Looks at the head of
   * each entry; `f.stats()` counts faster, but also what has expired.
   */
  readonly size: number
}

/** A function's results as a Map from keys to values, over an asynchronous store. */
export interface AsyncView<K, V> {
  /** The fresh result, or `undefined`; never computes. */
  get(key: K): Promise<V | undefined>
  /** Stores a result. A computation that still runs does not overwrite it. */
  set(key: K, value: V): Promise<void>
  /** Whether there is a fresh result. */
  has(key: K): Promise<boolean>
  /** `true`: there was one. A computation that still runs cannot bring it back. */
  delete(key: K): Promise<boolean>
  /** Tells how many entries there were. */
  clear(): Promise<number>
  /** Deletes the entries with this tag and tells how many. */
  deleteByTag(tag: string): Promise<number>
  /**
   * How many fresh results there are, also such as were stored without their key, which no listing has. Looks at the head of
   * each entry; `f.stats()` counts faster, but also what has expired.
   */
  size(): Promise<number>
}

/** What a view has besides with `storekey` or `unhash`: lazy listings of the fresh entries, in no order. */
export type Iteration<K, V, M extends Mode> = {
  /** The keys. */
  keys(): Listing<M, K>
  /** The results. */
  values(): Listing<M, V>
  /** Pairs of key and result. */
  entries(): Listing<M, [K, V]>
  /** Calls `visit` for each; over an asynchronous store the promise settles after the last. */
  forEach(visit: (value: V, key: K) => void): Reply<M, void>
} & (M extends 'sync' ? Iterable<[K, V]> : AsyncIterable<[K, V]>)

/** `f.cache`. */
export type View<K, V, M extends Mode, Iterates extends boolean> = M extends Mode
  ? (M extends 'sync' ? SyncView<K, V> : AsyncView<K, V>) & (Iterates extends true ? Iteration<K, V, M> : unknown)
  : never

/** The call of a persisted function: its own signature, with a promise where the store is asynchronous. */
export type PersistedCall<F extends AnyFunction, M extends Mode> = [M] extends ['sync']
  ? F
  : ReturnType<F> extends PromiseLike<unknown> | AsyncIterable<unknown>
    ? F
    : ((this: ThisParameterType<F>, ...args: Parameters<F>) => ReturnInMode<ReturnType<F>, M>) & Attached<F>

/** The properties of the function itself, as `schema` in `Object.assign(fn, { schema })`: they are on the persisted one too. */
type Attached<F extends AnyFunction> = [keyof F] extends [never]
  ? unknown
  : { [P in keyof F as P extends keyof PersistedMembers<AnyFunction, unknown, Mode, boolean> ? never : P]: F[P] }

/** What `f.refresh(...args)` gives. */
export type Refreshed<F extends AnyFunction, M extends Mode> =
  IsIteration<ReturnType<F>> extends true ? ReturnType<F> & PromiseLike<ResultOf<F>> : ReturnInMode<ReturnType<F>, M>

/** What hangs on a persisted function. All but `cache` and `many` take the function's own arguments. */
export interface PersistedMembers<F extends AnyFunction, K, M extends Mode, Iterates extends boolean> {
  /** The results as a Map. */
  readonly cache: View<K, ResultOf<F>, M, Iterates>
  /** The function that was wrapped. */
  readonly original: F
  /** The key of a call. */
  keyOf(this: ThisParameterType<F>, ...args: Parameters<F>): K
  /** Whether there is a fresh result. */
  has(this: ThisParameterType<F>, ...args: Parameters<F>): Reply<M, boolean>
  /** The fresh result, or `undefined`; never computes. */
  peek(this: ThisParameterType<F>, ...args: Parameters<F>): Reply<M, ResultOf<F> | undefined>
  /** The fresh result with what is known of it; never computes. */
  lookup(this: ThisParameterType<F>, ...args: Parameters<F>): Reply<M, Lookup<ResultOf<F>, K>>
  /**
   * Computes again and overwrites. Of an async generator it is an iteration, which begins when the first chunk is asked for;
   * `await` runs it to its end, and gives the list of its chunks.
   */
  refresh(this: ThisParameterType<F>, ...args: Parameters<F>): Refreshed<F, M>
  /** Deletes the result. `true`: there was one. */
  forget(this: ThisParameterType<F>, ...args: Parameters<F>): Reply<M, boolean>
  /** Stores a result without computing. */
  put(this: ThisParameterType<F>, value: ResultOf<F>, ...args: Parameters<F>): Reply<M, void>
  /**
   * The results of many calls, in order. Stored ones come in one round trip for 1,000 calls where the store can.
   */
  readonly many: Many<F, M>
  /** Deletes all results and tells how many. */
  clear(): Reply<M, number>
  /**
   * What this process has counted so far, without a look at the store: cheap enough for every scrape of metrics.
   *
   * @example
   * ```ts
   * const double = persist((x: number) => 2 * x, { funcname: 'double' })
   * const { hits, misses, errors } = double.counters
   * ```
   */
  readonly counters: Counters
  /**
   * The counters, and what the store holds: some stores walk over all entries for that. With `{ store: false }` the store
   * is not asked.
   */
  stats(): Reply<M, Stats>
  /** The counters, as a reply of the store's kind. */
  stats(options: { readonly store: false }): Reply<M, Counters>
  /** The same function with overrides for the call that follows. */
  with(overrides: Overrides): PersistedCall<F, M>
}

/**
 * A persisted function: `F`'s own signature, and all that hangs on it. `Persisted<F>` alone is what `persist(fn)` gives: over
 * the default folder, keyed by the arguments.
 */
export type Persisted<
  F extends AnyFunction,
  K = Parameters<F>,
  C extends CacheRef = DefaultCache,
  Iterates extends boolean = false,
> = PersistedCall<F, ModeOf<C>> & PersistedMembers<F, KeyOf<F, K>, ModeOf<C>, Iterates>
