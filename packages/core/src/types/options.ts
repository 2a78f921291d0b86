import type { StoreOptions } from '@persist/store'
import type { Dependency } from './dependency.ts'
import type { PersistEvent } from './events.ts'
import type { CacheRef, Duration } from './functions.ts'

/** Where concurrent identical calls compute once: across processes and machines, in this process, or nowhere. */
export type SingleFlight = 'shared' | 'process' | false

/** The output on stderr: 0 nothing, 1 problems, 2 + writes and clears, 3 + reads, 4 all with details. */
export type Verbosity = 0 | 1 | 2 | 3 | 4

/** The bounds of the in-process tier. */
export interface MemoryOptions {
  /** The most entries held. Default: 1,000. */
  readonly maxEntries?: number | undefined
  /** The most bytes of payload held. Default: 64 MiB. */
  readonly maxBytes?: number | undefined
  /** How long an entry is served without reading the store, where other processes may change it. Default: 5 s. */
  readonly maxAge?: Duration | undefined
  /**
   * `'copied'`: every caller gets its own copy. `'frozen'`: all callers of hits share one value that cannot be changed, so a
   * hit in memory does not unpickle; only the caller that computes gets the function's own value. Arrays and plain objects can
   * be frozen; a value with anything else (a `Map`, a `Date`, bytes, an instance of a class) is copied. Memory also holds the
   * values that are frozen, and small ones of arrays and plain objects to copy them. Default: `'copied'`.
   */
  readonly values?: 'copied' | 'frozen' | undefined
}

/** How inputs are recorded. */
export interface TraceOptions {
  /**
   * The folder to which recorded paths are relative, and outside of which no file is read to verify a result. Default: the
   * nearest folder with a `package.json`, from the working directory up; else the working directory.
   */
  readonly root?: string | undefined
}

/**
 * A key of 32 random bytes for the option `encrypt`: as bytes, as a secret `KeyObject` of `node:crypto`, or as a string in
 * base64 or hexadecimal digits. A passphrase is none. `openssl rand -base64 32` makes one.
 */
export type KeyMaterial = string | Uint8Array | SecretKey

/** The part of a secret `KeyObject` of `node:crypto` that is used. */
export interface SecretKey {
  /** Must be `'secret'`. */
  readonly type: string
  /** Returns the bytes of the key. */
  readonly export: () => Uint8Array
}

/** A schema of the Standard Schema specification (standardschema.dev), reduced to the fields that are used here. */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    /** Returns `issues` if the value does not fit. */
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>
  }
}

/** The result of a Standard Schema. */
export type StandardResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly unknown[] }

/**
 * The options of `persist`. `A` is the type of the function's arguments (for a decorated method: `self`, then the
 * arguments), `V` that of its result or resolved result, `K` that of its key. `Options` alone fits any function and store.
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
   * Where results are stored: a cache URL (`file://` and a path, which may be relative; `mongodb://…`; any registered
   * scheme; a URL without `://` is a path), or an adapter object. Default: the environment variable `PERSIST_CACHE`, else
   * `'file://persist'`.
   */
  readonly cache?: C | undefined
  /**
   * Options of the store of a cache URL. Their types come from the store's package: import something of it, for example
   * `import type {} from '@persist/store-lmdb'`. Default: the store's own.
   */
  readonly storeOptions?: StoreOptions<C extends string ? C : string> | undefined
  /**
   * The namespace in the store. Default: the function's name; then an entry of another source of the function is a miss,
   * since bundlers rename functions and scripts share folders. With a `funcname`, edits keep the stored results, and the
   * first entry of an older source is reported.
   */
  readonly funcname?: string | undefined
  /**
   * Whether the function returns promises without being written `async`, like `(id) => client.get(id)`. With `true`, waiting
   * for another process never blocks the event loop, from the first call on. Default: as the function is written.
   */
  readonly async?: boolean | undefined
  /** Returns the key of a call. Default: the arguments, without trailing `undefined`. Instance methods need one. */
  readonly key?: ((...args: A) => K) | undefined
  /** Whether to store the key with the result, which makes the cache iterable. Default: `false`. */
  readonly storekey?: boolean | undefined
  /**
   * Converts a result to a string or bytes; also used for stored keys, which must be one line. Default: `pickle` of
   * `@persist/pickle`, and for stored keys the same with `binary: false`.
   */
  readonly pickle?: ((value: V) => string | Uint8Array) | undefined
  /** The inverse of `pickle`. Both are given, or none. */
  // biome-ignore lint/suspicious/noExplicitAny: a user's `unpickle` may take only strings or only bytes
  readonly unpickle?: ((payload: any) => V) | undefined
  /** Converts the key to a string that can name a file. Default: SHA-256 of the canonical key, base64url, 43 characters. */
  readonly hash?: ((key: K) => string) | undefined
  /** The inverse of `hash`, which makes the cache iterable. Default: none. */
  readonly unhash?: ((hash: string) => K) | undefined
  /** Called once per write; the returned string is stored with the result. Default: none. */
  readonly metadata?: (() => string) | undefined
  /** The output on stderr, 0 to 4. Default: the environment variable `PERSIST_VERBOSITY`, else 1. */
  readonly verbosity?: Verbosity | undefined
  /** How long a result is fresh. A function may return 0 for a result that is not to be stored. Default: forever. */
  readonly ttl?: Duration | ((result: V, ...args: A) => Duration) | undefined
  /** How long after its `ttl` a result is served while one refresh runs in the background. Default: off. */
  readonly staleWhileRevalidate?: Duration | undefined
  /** How long after its `ttl` a result is served if the refresh fails. Default: off. */
  readonly staleIfError?: Duration | undefined
  /** Entries of another version are misses. Default: none. */
  readonly version?: string | undefined
  /**
   * What becomes part of the version, with the function's own source: the source of functions, and dependencies such as
   * `code(import.meta)` of `@persist/code`. Read once, when the function is wrapped. Default: none.
   */
  // biome-ignore lint/complexity/noBannedTypes: classes and functions of any signature are welcome
  readonly dependsOn?: readonly (Function | Dependency)[] | undefined
  /**
   * Whether a result of another version is replaced, or kept beside the new one: then the name of an entry contains its
   * version, and going back to an earlier version finds its results. Default: `'replace'`.
   */
  readonly versions?: 'replace' | 'beside' | undefined
  /**
   * Whether to record what the function reads through `@persist/inputs` (files, listings, variables) and which persisted
   * functions it calls. Before a stored result is served, all of it is verified; a change makes it a miss with the reason
   * `input`. Default: `false`.
   */
  readonly trace?: TraceOptions | boolean | undefined
  /** Decides which results are stored. Default: all. */
  readonly shouldStore?: ((result: V, ...args: A) => boolean) | undefined
  /**
   * A Standard Schema or a predicate. An entry that does not fit is a miss. If it returns a promise, calls of an async function
   * wait for it; over a sync store, `has`, `peek`, `lookup` and `explain` do not wait, and find nothing. Default: none.
   */
  readonly validate?: StandardSchema | ((value: unknown) => boolean) | undefined
  /** Returns the names for `cache.deleteByTag`. Default: none. */
  readonly tags?: ((result: V, ...args: A) => readonly string[]) | undefined
  /** An in-process tier in front of the store. `true`: with its defaults. Default: off. */
  readonly memory?: MemoryOptions | boolean | undefined
  /** Where identical concurrent calls share one computation. Default: `'shared'`. */
  readonly singleFlight?: SingleFlight | undefined
  /**
   * The limit on concurrent runs of the function in this process; further runs are queued. Stored results neither count nor
   * wait. Runs that would wait for each other forever, as in a recursion, may exceed it. Synchronous functions are not
   * limited; async generators cannot be. Default: no limit.
   */
  readonly concurrency?: number | undefined
  /** How long a call waits for an equal call, of this process or another one, before it computes. Default: `'10m'`. */
  readonly waitTimeout?: Duration | undefined
  /** Whether errors of the store are reported, or thrown to the caller. Default: `'report'`. */
  readonly onStoreError?: 'report' | 'throw' | undefined
  /** The approximate limit on entries in the store for this function; least recently used go first. Default: none. */
  readonly maxEntries?: number | undefined
  /** The approximate limit on bytes in the store for this function; least recently used go first. Default: none. */
  readonly maxBytes?: number | undefined
  /**
   * Whether payloads of 1 KiB or more are compressed, where that makes them smaller. `true` is `'gzip'`; `'zstd'` needs Node
   * 22.15. Entries are read whatever this option says. Decompression stops at `maxBytes`, else at 1 GiB. Default: `false`.
   */
  readonly compress?: boolean | 'gzip' | 'brotli' | 'zstd' | undefined
  /**
   * Encrypts results and stored keys by AES-256-GCM, so that a person who can read or write the store can neither read nor
   * forge them. Of several keys the first encrypts and all decrypt. An entry under another key is reported, is a miss, and is
   * kept; one without encryption is replaced. Tags, metadata, names and times stay in clear. Default: none.
   *
   * @example
   * ```ts
   * const key = process.env.DIAGNOSIS_KEY ?? 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
   * const diagnosis = persist((patient: string) => ({ patient }), { funcname: 'diagnosis', encrypt: key })
   * ```
   */
  readonly encrypt?: KeyMaterial | readonly KeyMaterial[] | undefined
  /** Called with every event. An error that it throws or rejects with goes to stderr. Default: none. */
  readonly report?: ((event: PersistEvent) => void) | undefined
  /**
   * Called with the promise of all work that goes on after a call has returned, for hosts that stop a process after its
   * response: background refreshes, runs whose callers have all left, deletions for the bounds. The promise never rejects.
   * Default: none.
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined
  /**
   * For development: names once, as the event `audit`, the variables that the function captures and that are in no key and
   * no dependency. It needs the inspector of Node.js; another runtime reports that it cannot look. Default: `false`.
   */
  readonly audit?: boolean | undefined
}

/** Options of any function. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments and results of any function
export type AnyOptions = Options<any[], any, any, CacheRef>
