import { checkStoreOptions, type OptionChecks, POSITIVE_MS, type Resolved, TRUE_OR_FALSE } from '@persist/store/kit'

/** How an LMDB file is used. */
export interface LmdbStoreOptions {
  /**
   * Every write reaches the disk before it counts, so that not even a crash of the machine damages the file. `false`:
   * writes are 10 to 20 times as fast, and only a crash of the machine loses anything; all processes that use
   * the file at the same time must agree. Default: `true`.
   */
  readonly flush?: boolean | undefined
  /** How long core asks a lease for, in milliseconds. Default: 30,000. */
  readonly leaseMs?: number | undefined
  /** Milliseconds that never jump: what leases run out by. Default: `performance.now`. */
  readonly monotonic?: (() => number) | undefined
}

/** The options, checked and completed. */
export type ResolvedOptions = Resolved<LmdbStoreOptions>

const CHECKS: OptionChecks<LmdbStoreOptions> = {
  flush: TRUE_OR_FALSE,
  leaseMs: POSITIVE_MS,
  monotonic: ['a function', (value) => typeof value === 'function'],
}

/** Completes the options. Throws `OptionError` for an unknown option, or a value of the wrong type. */
export function resolveOptions(options: LmdbStoreOptions): ResolvedOptions {
  checkStoreOptions('lmdbStore', options, CHECKS)
  const { flush = true, leaseMs = 30_000, monotonic = () => performance.now() } = options
  return { flush, leaseMs, monotonic }
}
