import type { Entry, Head, Mode, Store, StoreAdapter } from '@persist/store'
import type { CodecSettings } from './codecs/codec-settings.ts'
import type { Flights } from './concurrency/flights.ts'
import type { Limit } from './concurrency/limit.ts'
import type { Steps } from './concurrency/sync-or-async.ts'
import type { Reporter } from './events/reporter.ts'
import type { BackgroundRefreshes } from './state/background-refreshes.ts'
import type { Broadcasts } from './state/broadcasts.ts'
import type { Circuit } from './state/circuit.ts'
import type { Counters } from './state/counters.ts'
import type { MemoryTier } from './state/memory-tier.ts'
import type { Peers } from './state/peers.ts'
import type { PendingChanges } from './state/pending-changes.ts'
import type { UnstorableResults } from './state/unstorable-results.ts'
import type { WriteCounter } from './state/write-counter.ts'
import type { Because } from './types/because.ts'
import type { DependencyPart } from './types/dependency.ts'
import type { MissReason } from './types/events.ts'
import type { AnyFunction } from './types/functions.ts'
import type { SingleFlight, StandardSchema } from './types/options.ts'
import type { Runtime } from './types/runtime.ts'

/** The values of `PERSIST_MODE`. */
export type CallMode = 'on' | 'off' | 'refresh' | 'replay'

/** The rules by which an entry is fresh, stale or a miss. */
export interface FreshnessRules {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly version: string | undefined
  /** The digest of the function's source, if entries of another source must not be served. */
  readonly source: string | undefined
  /** The greatest age of an entry that may be served, in milliseconds. */
  readonly maxAge: number
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
}

/** One call, as other code than that of calls sees it. */
export interface CallFacts {
  readonly self: unknown
  readonly args: readonly unknown[]
  readonly signal?: AbortSignal | undefined
}

/** The identity of a call. */
export interface KeyFacts {
  readonly key: unknown
  readonly canonicalKey: string
  readonly hash: string
}

/** Nothing to serve. */
export interface Missed {
  readonly kind: 'miss'
  readonly reason: MissReason
  /** Of the entry that was refused by its version or its source. */
  readonly head?: Head
  /** What has changed, where the check of the entry has found it. */
  readonly changed?: readonly string[]
}

/** The options and the state of one persisted function, made once at wrap time. No later code reads raw options. */
export interface Context {
  readonly original: AnyFunction
  /** The original; for an async generator, a function that returns all its chunks as one list. */
  readonly collected: AnyFunction
  readonly namespace: string
  readonly adapter: StoreAdapter
  readonly store: Store<Mode>
  /** For a method, `key`, `ttl`, `tags` and `shouldStore` get `self` before the arguments. */
  readonly isMethod: boolean
  /** The function is declared as one that returns a promise. */
  readonly declaredAsync: boolean
  /** Every call returns a promise, since the function or the store does. */
  readonly isAsync: boolean
  /** The results of the function so far: promises, values, or both. */
  readonly observed: { promises: boolean; values: boolean }
  readonly mode: CallMode
  /** Computes beside a hit and compares, in the mode `verify`. */
  readonly verify: ((call: CallFacts, cacheKey: KeyFacts, entry: Entry) => void) | undefined
  /** What has changed since the entry was made that a call missed, for the listeners of `miss`. */
  readonly becauseOf: (cacheKey: KeyFacts, missed: Missed) => Steps<Because | undefined>

  readonly key: (self: unknown, args: readonly unknown[]) => unknown
  /** The user's option `key` makes the key. */
  readonly ownKey: boolean
  readonly hash: (key: unknown, canonicalKey: string) => string
  /** The user's option `hash` makes the hash: entries carry a digest of the key, and the store may reject a hash. */
  readonly ownHash: boolean
  readonly unhash: ((hash: string) => unknown) | undefined
  readonly storekey: boolean
  readonly pickle: (value: unknown) => string | Uint8Array
  /** A stored key is one line, so the default pickle writes large binary parts of a key as text. */
  readonly pickleKey: (key: unknown) => string | Uint8Array
  readonly unpickle: (payload: string | Uint8Array) => unknown
  readonly unstorable: UnstorableResults
  readonly codecs: CodecSettings

  readonly metadata: (() => string) | undefined
  readonly ttl: ((result: unknown, args: readonly unknown[]) => number) | undefined
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
  readonly version: string | undefined
  /** What the version was made of by `dependsOn`. */
  readonly dependencies: () => readonly DependencyPart[]
  /** Notes in the store, once, what this version depends on. Absent if it depends on functions only. */
  readonly recordDependencies: (() => void) | undefined
  /** Digest of the function's source. */
  readonly source: string
  /** The rules for entries, apart from the clock. With `source` only if the name is derived. */
  readonly freshnessRules: Omit<FreshnessRules, 'now' | 'maxAge'>
  /** No version is given, so the first entry of another source is reported. */
  readonly reportsEdits: boolean
  readonly shouldStore: ((result: unknown, args: readonly unknown[]) => boolean) | undefined
  readonly validate: StandardSchema['~standard']['validate'] | undefined
  readonly tags: ((result: unknown, args: readonly unknown[]) => readonly string[]) | undefined
  /** One of `ttl`, `tags` and `shouldStore` may use the arguments. */
  readonly looksAtArguments: boolean

  /** What the function reads is recorded, with paths relative to this folder. `undefined`: it is not recorded. */
  readonly traceRoot: string | undefined
  readonly memory: MemoryTier | undefined
  /** The limit on concurrent runs. */
  readonly limit: Limit | undefined
  readonly singleFlight: SingleFlight
  readonly waitTimeout: number
  readonly throwsStoreErrors: boolean
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined

  readonly circuit: Circuit
  /** Present if there are bounds that the store does not enforce by itself. */
  readonly writes: WriteCounter | undefined
  readonly flights: Flights
  /** The changes that are under way, over an async store. */
  readonly changes: PendingChanges
  /** This wrapping of the function and all others in this process. */
  readonly peers: Peers
  readonly refreshes: BackgroundRefreshes
  /** The running iterations of an async generator. */
  readonly broadcasts: Broadcasts
  /** The function is an async generator. */
  readonly streams: boolean
  readonly counters: Counters
  readonly reporter: Reporter
  readonly runtime: Runtime
}
