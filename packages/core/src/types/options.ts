import type { StoreOptions } from '@persist/store'
import type { PersistEvent } from './events.ts'
import type { CacheRef, Duration } from './functions.ts'

/** Concurrent identical calls compute once: across processes and machines, in this process, or not. */
export type SingleFlight = 'shared' | 'process' | false

/** How talkative stderr is: 0 nothing, 1 problems, 2 + writes and clears, 3 + reads, 4 all with details. */
export type Verbosity = 0 | 1 | 2 | 3 | 4

/** The bounds of the in-process tier. */
export interface MemoryOptions {
  /** Default: 1,000. */
  readonly maxEntries?: number | undefined
  /** Bytes of payload. Default: 64 MiB. */
  readonly maxBytes?: number | undefined
  /** How long an entry is trusted without asking the store, since other processes may change it. Default: 5 s. */
  readonly maxAge?: Duration | undefined
}

/** Any schema of the Standard Schema specification (standardschema.dev), as far as it is used here. */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    /** `issues` in the answer: the value does not fit. */
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>
  }
}

/** What a Standard Schema answers. */
export type StandardResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly unknown[] }

/**
 * The options of `persist`. `A` are the function's arguments (for a decorated method: `self`, then the arguments), `V`
 * what it returns or resolves to, `K` its key. `Options` alone is those of any function, over any store.
 *
 * @example
 * ```ts
 * const common: Options = { cache: 'file://results', ttl: '1d' }
 * const double = persist((x: number) => 2 * x, { funcname: 'double', ...common })
 * ```
 */
export interface Options<
  // biome-ignore lint/suspicious/noExplicitAny: the options of any function
  A extends readonly unknown[] = any[],
  // biome-ignore lint/suspicious/noExplicitAny: see above
  V = any,
  // biome-ignore lint/suspicious/noExplicitAny: see above
  K = any,
  C extends CacheRef = CacheRef,
> {
  /**
   * Where results live: a cache URL (`file://` and a path, relative allowed; `mongodb://…`; any registered scheme; no
   * `://` means `file://` in front), or an adapter object. Default: the environment's `PERSIST_CACHE`, else
   * `'file://persist'`.
   */
  readonly cache?: C | undefined
  /**
   * Options of the store behind a cache URL, as its package declares them for the scheme: they are known here once
   * something of that package is imported, if only `import type {} from '@persist/store-lmdb'`. Default: the store's own.
   */
  readonly storeOptions?: StoreOptions<C extends string ? C : string> | undefined
  /**
   * The namespace in the store. Default: the function's name; then an entry that another text of the function wrote is a
   * miss, since bundlers rename functions and scripts share folders. With a `funcname` stored results are kept across
   * edits, and the first one that an older text wrote is reported.
   */
  readonly funcname?: string | undefined
  /**
   * The function returns promises though it is not written `async`: as `(id) => client.get(id)` does. Then waiting for
   * another process never blocks the event loop, from the first call on. Default: as it is written.
   */
  readonly async?: boolean | undefined
  /** What identifies a call. Default: the arguments, without trailing `undefined`. An instance method needs one. */
  readonly key?: ((...args: A) => K) | undefined
  /** Keep the key beside the result; makes the cache iterable. Default: `false`. */
  readonly storekey?: boolean | undefined
  /** A result to text or bytes; also used for stored keys. Default: that of `@persist/pickle`. */
  readonly pickle?: ((value: V) => string | Uint8Array) | undefined
  /** The way back. Given and left out together with `pickle`. */
  // biome-ignore lint/suspicious/noExplicitAny: a user's reader may ask for text only or bytes only, as its pickle gave
  readonly unpickle?: ((payload: any) => V) | undefined
  /** The key to a text that can name a file. Default: SHA-256 of the canonical key, base64url, 43 characters. */
  readonly hash?: ((key: K) => string) | undefined
  /** The inverse of `hash`; makes the cache iterable. */
  readonly unhash?: ((hash: string) => K) | undefined
  /** Called once per write; its text is stored with the result. */
  readonly metadata?: (() => string) | undefined
  /** What goes to stderr, 0 to 4. Default: the environment's `PERSIST_VERBOSITY`, else 1. */
  readonly verbosity?: Verbosity | undefined
  /** How long a result is fresh; a function may answer 0 for one that is not to be kept. Default: forever. */
  readonly ttl?: Duration | ((result: V, ...args: A) => Duration) | undefined
  /** How long past its `ttl` a result is still served while one refresh runs in the background. Default: off. */
  readonly staleWhileRevalidate?: Duration | undefined
  /** How long past its `ttl` a result is still served when the refresh fails. Default: off. */
  readonly staleIfError?: Duration | undefined
  /** Entries of another version are misses. Default: none. */
  readonly version?: string | undefined
  /** Functions whose source, with the function's own, becomes part of the version. Default: none. */
  // biome-ignore lint/complexity/noBannedTypes: classes and functions of any signature are welcome
  readonly dependsOn?: readonly Function[] | undefined
  /** Which results to keep. Default: all. */
  readonly shouldStore?: ((result: V, ...args: A) => boolean) | undefined
  /** A Standard Schema or a predicate: an entry that no longer fits is a miss. Default: none. */
  readonly validate?: StandardSchema | ((value: unknown) => boolean) | undefined
  /** Names for `cache.deleteByTag`. Default: none. */
  readonly tags?: ((result: V, ...args: A) => readonly string[]) | undefined
  /** An in-process tier over the store. `true`: with its defaults. Default: off. */
  readonly memory?: MemoryOptions | boolean | undefined
  /** Who shares one computation of identical concurrent calls. Default: `'shared'`. */
  readonly singleFlight?: SingleFlight | undefined
  /**
   * How many runs of the function go on at once in this process; further ones wait for their turn. Stored results do not
   * count, and do not wait. Runs of which others wait for each other, as in a recursion, may exceed it rather than wait
   * forever. A function that answers at once is not limited, and an async generator cannot be. Default: no limit.
   */
  readonly concurrency?: number | undefined
  /** How long a call waits for another process that computes the same; then it computes itself. Default: `'10m'`. */
  readonly waitTimeout?: Duration | undefined
  /** Whether trouble in the store is reported, or thrown at the caller. Default: `'report'`. */
  readonly onStoreError?: 'report' | 'throw' | undefined
  /** How many entries the store keeps for this function, approximately, least recently used go first. Default: all. */
  readonly maxEntries?: number | undefined
  /** How many bytes the store keeps for this function, approximately, least recently used go first. Default: all. */
  readonly maxBytes?: number | undefined
  /** Called with every event; what it throws, or rejects with, goes to stderr. Default: none. */
  readonly report?: ((event: PersistEvent) => void) | undefined
  /** Called with every background refresh, for hosts that stop a process once its answer is out. Default: none. */
  readonly waitUntil?: ((refresh: Promise<unknown>) => void) | undefined
}

/** Options of any function. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments and results of all functions there are
export type AnyOptions = Options<any[], any, any, CacheRef>
