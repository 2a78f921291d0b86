import { checkStoreOptions, NOT_NEGATIVE_MS, type OptionChecks, POSITIVE_MS, type Resolved } from '@persist/store/kit'

/** How to keep entries in a Keyv store. */
export interface KeyvStoreOptions {
  /**
   * How long one method waits for a server that does not answer, in milliseconds; a large value gets another millisecond
   * for every kilobyte. Default: 2,000.
   */
  readonly serverWaitMs?: number | undefined
  /**
   * How long after its expiry the server keeps an entry at least, in milliseconds. An entry that `staleWhileRevalidate` or
   * `staleIfError` may serve for longer is kept for longer. Default: a day.
   */
  readonly keepExpiredMs?: number | undefined
}

/** The options, checked and completed. */
export type ResolvedOptions = Resolved<KeyvStoreOptions>

const DEFAULTS: ResolvedOptions = { serverWaitMs: 2_000, keepExpiredMs: 86_400_000 }

const CHECKS: OptionChecks<KeyvStoreOptions> = {
  serverWaitMs: POSITIVE_MS,
  keepExpiredMs: NOT_NEGATIVE_MS,
}

/** Completes the options. Throws `OptionError` for an unknown option, or a value of the wrong type. */
export function resolveOptions(options: KeyvStoreOptions): ResolvedOptions {
  checkStoreOptions('keyvStore', options, CHECKS)
  const { serverWaitMs = DEFAULTS.serverWaitMs, keepExpiredMs = DEFAULTS.keepExpiredMs } = options
  return { serverWaitMs, keepExpiredMs }
}
