import { checkStoreOptions, type OptionChecks, POSITIVE_MS } from '@persist/store'

/** How to keep entries in a Keyv store. */
export interface KeyvStoreOptions {
  /**
   * How long one verb waits for a server that does not answer, in milliseconds; a large value gets another millisecond
   * for every kilobyte. Default: 2,000.
   */
  readonly serverWaitMs?: number | undefined
  /**
   * How long after its expiry the server keeps an entry at least, in milliseconds. An entry that `staleWhileRevalidate` or
   * `staleIfError` may serve for longer is kept for longer. Default: a day.
   */
  readonly keepExpiredMs?: number | undefined
}

/** The options, complete. */
export type ResolvedOptions = { readonly [Option in keyof KeyvStoreOptions]-?: NonNullable<KeyvStoreOptions[Option]> }

const DEFAULTS: ResolvedOptions = { serverWaitMs: 2_000, keepExpiredMs: 86_400_000 }

const CHECKS: OptionChecks<KeyvStoreOptions> = {
  serverWaitMs: POSITIVE_MS,
  keepExpiredMs: ['0 or a positive number of milliseconds', (value) => value === 0 || POSITIVE_MS[1](value)],
}

/** Completes the options. Throws `OptionError` for what they cannot be. */
export function resolveOptions(options: KeyvStoreOptions): ResolvedOptions {
  checkStoreOptions('keyvStore', options, CHECKS)
  const { serverWaitMs = DEFAULTS.serverWaitMs, keepExpiredMs = DEFAULTS.keepExpiredMs } = options
  return { serverWaitMs, keepExpiredMs }
}
