import type { Mode, Store, StoreAdapter } from '@persist/store'
import type { Flights } from './concurrency/flights.ts'
import type { Limit } from './concurrency/limit.ts'
import type { Reporter } from './events/reporter.ts'
import type { BackgroundRefreshes } from './state/background-refreshes.ts'
import type { Broadcasts } from './state/broadcasts.ts'
import type { Circuit } from './state/circuit.ts'
import type { Counters } from './state/counters.ts'
import type { MemoryTier } from './state/memory-tier.ts'
import type { Peers } from './state/peers.ts'
import type { UnstorableResults } from './state/unstorable-results.ts'
import type { WriteCounter } from './state/write-counter.ts'
import type { AnyFunction } from './types/functions.ts'
import type { SingleFlight, StandardSchema } from './types/options.ts'
import type { Runtime } from './types/runtime.ts'

/** `PERSIST_MODE`. */
export type CallMode = 'on' | 'off' | 'refresh' | 'replay'

/** What an entry is judged by. */
export interface FreshnessRules {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly version: string | undefined
  /** The digest of the function's text, where an entry of another text must not be served. */
  readonly source: string | undefined
  /** Serve nothing older than this, in milliseconds. */
  readonly maxAge: number
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
}

/** The options of one persisted function, checked and completed once, at wrap time. Nothing later reads raw options. */
export interface Context {
  readonly original: AnyFunction
  /** The original; of an async generator, what it yields as one list. */
  readonly collected: AnyFunction
  readonly namespace: string
  readonly adapter: StoreAdapter
  readonly store: Store<Mode>
  /** `self` goes first to `key`, `ttl`, `tags` and `shouldStore`. */
  readonly isMethod: boolean
  /** The function is written as one that answers with a promise. */
  readonly declaredAsync: boolean
  /** Every call answers with a promise: the function does, or the store. */
  readonly isAsync: boolean
  /** How the function has answered so far: with promises, with values, or both. */
  readonly observed: { promises: boolean; values: boolean }
  readonly mode: CallMode

  readonly key: (self: unknown, args: readonly unknown[]) => unknown
  /** The key is the user's, and not the arguments. */
  readonly ownKey: boolean
  readonly hash: (key: unknown, canonicalKey: string) => string
  /** The hash is the user's: entries carry a digest of the key, and the store may refuse a hash. */
  readonly ownHash: boolean
  readonly unhash: ((hash: string) => unknown) | undefined
  readonly storekey: boolean
  readonly pickle: (value: unknown) => string | Uint8Array
  readonly unpickle: (payload: string | Uint8Array) => unknown
  readonly unstorable: UnstorableResults

  readonly metadata: (() => string) | undefined
  readonly ttl: ((result: unknown, args: readonly unknown[]) => number) | undefined
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
  readonly version: string | undefined
  /** Digest of the function's text. */
  readonly source: string
  /** What entries are judged by, apart from the clock. `source` only where the name is no proof. */
  readonly freshnessRules: Omit<FreshnessRules, 'now' | 'maxAge'>
  /** No version says what counts: an entry of another text is reported. */
  readonly reportsEdits: boolean
  readonly shouldStore: ((result: unknown, args: readonly unknown[]) => boolean) | undefined
  readonly validate: StandardSchema['~standard']['validate'] | undefined
  readonly tags: ((result: unknown, args: readonly unknown[]) => readonly string[]) | undefined
  /** One of `ttl`, `tags` and `shouldStore` may look at the arguments. */
  readonly looksAtArguments: boolean

  readonly memory: MemoryTier | undefined
  /** How many runs may go on at once. */
  readonly limit: Limit | undefined
  readonly singleFlight: SingleFlight
  readonly waitTimeout: number
  readonly throwsStoreErrors: boolean
  readonly waitUntil: ((refresh: Promise<unknown>) => void) | undefined

  readonly circuit: Circuit
  /** Where there are bounds that the store does not keep by itself. */
  readonly writes: WriteCounter | undefined
  readonly flights: Flights
  /** This wrapping of the function and all others in this process. */
  readonly peers: Peers
  readonly refreshes: BackgroundRefreshes
  /** Of an async generator. */
  readonly broadcasts: Broadcasts
  readonly streams: boolean
  readonly counters: Counters
  readonly reporter: Reporter
  readonly runtime: Runtime
}
