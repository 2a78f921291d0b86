import { checkStoreOptions, type OptionChecks, POSITIVE_MS } from '@persist/store/kit'
import type { Locks } from './tab-locks.ts'

/** The part of `indexedDB` that this store uses. */
export interface Databases {
  open(name: string, version?: number): unknown
  databases?(): Promise<readonly { readonly name?: string }[]>
}

/** How an IndexedDB database is used. */
export interface IdbStoreOptions {
  /**
   * How long core asks a lease for, in milliseconds. A tab that is closed or crashes loses its leases at once, by Web Locks;
   * this time is for a tab that is frozen. Default: 150,000, since browsers run the timers of a hidden tab once a minute; 30,000
   * without Web Locks.
   */
  readonly leaseMs?: number | undefined
  /**
   * How long one operation waits for a browser that does not answer, in milliseconds; a large value gets another millisecond
   * for every kilobyte. Another tab may stand still in a transaction, or wait to delete the database. Default: 10,000.
   */
  readonly browserWaitMs?: number | undefined
  /** Milliseconds that never jump, by which leases expire. Default: `performance.now`. */
  readonly monotonic?: (() => number) | undefined
  /** Where the databases are. Default: `indexedDB` of the page or the worker. */
  readonly indexedDB?: Databases | undefined
  /** The locks of the tabs of an origin; `null`: none. Default: `navigator.locks`, which only secure contexts have. */
  readonly locks?: Locks | null | undefined
}

/** The options, checked and completed. */
export interface ResolvedOptions {
  readonly leaseMs: number
  readonly browserWaitMs: number
  readonly monotonic: () => number
  readonly indexedDB: Databases | undefined
  readonly locks: Locks | undefined
}

const LEASE_MS = 150_000
const LEASE_MS_WITHOUT_LOCKS = 30_000
const BROWSER_WAIT_MS = 10_000

const hasMethods =
  (...methods: readonly string[]) =>
  (value: unknown) =>
    methods.every((method) => typeof (value as Record<string, unknown> | null)?.[method] === 'function')

const CHECKS: OptionChecks<IdbStoreOptions> = {
  leaseMs: POSITIVE_MS,
  browserWaitMs: POSITIVE_MS,
  monotonic: ['a function', (value) => typeof value === 'function'],
  indexedDB: ['an IDBFactory', hasMethods('open')],
  locks: ['a LockManager or null', (value) => value === null || hasMethods('request', 'query')(value)],
}

/** Completes the options. Throws `OptionError` for an unknown option, or a value of the wrong type. */
export function resolveOptions(options: IdbStoreOptions): ResolvedOptions {
  checkStoreOptions('idbStore', options, CHECKS)
  const { monotonic = () => performance.now(), browserWaitMs = BROWSER_WAIT_MS } = options
  const indexedDB = options.indexedDB ?? permitted(() => globalThis.indexedDB)
  const here = permitted(() => (globalThis.navigator as { readonly locks?: Locks } | undefined)?.locks)
  const locks = (options.locks === undefined ? here : options.locks) ?? undefined
  const leaseMs = options.leaseMs ?? (locks === undefined ? LEASE_MS_WITHOUT_LOCKS : LEASE_MS)
  return { leaseMs, browserWaitMs, monotonic, indexedDB, locks }
}

/** What a page has. Where the user forbids storage, some browsers have `null`, and others throw an error. */
function permitted<T>(find: () => T): NonNullable<T> | undefined {
  try {
    return find() ?? undefined
  } catch {
    return undefined
  }
}
