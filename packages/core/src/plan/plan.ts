import type { Mode, Store, StoreAdapter } from '@persist/store'
import type { Refreshes } from '../call/behind.ts'
import type { Broadcasts } from '../call/broadcasts.ts'
import type { Flights } from '../call/flight.ts'
import type { Terms } from '../call/judge.ts'
import type { Limit } from '../call/limit.ts'
import type { Tidying } from '../call/tidying.ts'
import type { Unstorable } from '../call/unstorable.ts'
import type { AnyFunction } from '../face/types.ts'
import type { Circuit } from '../store/circuit.ts'
import type { MemoryTier } from '../store/memory-tier.ts'
import type { Reporter } from '../telling/report.ts'
import type { Counters } from './counters.ts'
import type { SingleFlight, StandardSchema } from './options.ts'
import type { Peers } from './peers.ts'
import type { Surroundings } from './surroundings.ts'

/** `PERSIST_MODE`. */
export type CallMode = 'on' | 'off' | 'refresh' | 'replay'

/** The options of one persisted function, checked and completed once, at wrap time. Nothing later reads raw options. */
export interface Plan {
  readonly original: AnyFunction
  /** The original; of an async generator, what it yields as one list. */
  readonly whole: AnyFunction
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
  readonly learned: { promises: boolean; values: boolean }
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
  readonly unstorable: Unstorable

  readonly metadata: (() => string) | undefined
  readonly ttl: ((result: unknown, args: readonly unknown[]) => number) | undefined
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
  readonly version: string | undefined
  /** Digest of the function's text. */
  readonly source: string
  /** What entries are judged by, apart from the clock. `source` only where the name is no proof. */
  readonly terms: Omit<Terms, 'now' | 'maxAge'>
  /** No version says what counts: an entry of another text is reported. */
  readonly tellsEdits: boolean
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
  readonly tidying: Tidying | undefined
  readonly flights: Flights
  /** This wrapping of the function and all others in this process. */
  readonly peers: Peers
  readonly refreshes: Refreshes
  /** Of an async generator. */
  readonly broadcasts: Broadcasts
  readonly streams: boolean
  readonly counters: Counters
  readonly reporter: Reporter
  readonly surroundings: Surroundings
}
