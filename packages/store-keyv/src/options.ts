import { OptionError } from '@persist/errors'
import { nearest } from '@persist/store'

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
export type Plan = { readonly [Option in keyof KeyvStoreOptions]-?: NonNullable<KeyvStoreOptions[Option]> }

const DEFAULTS: Plan = { serverWaitMs: 2_000, keepExpiredMs: 86_400_000 }

/** Completes the options. Throws `OptionError` for what they cannot be. */
export function planOf(options: KeyvStoreOptions): Plan {
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(DEFAULTS, option)) {
      const near = nearest(option, Object.keys(DEFAULTS))
      const hint = near === undefined ? '' : `; did you mean ${near}?`
      throw new OptionError(`keyvStore has no option ${option}${hint}`, { option, nearest: near })
    }
    const fits = typeof value === 'number' && (value > 0 || (value === 0 && option === 'keepExpiredMs'))
    if (value !== undefined && !fits) {
      throw new OptionError(`the option ${option} of keyvStore must be a positive number of milliseconds`, { option })
    }
  }
  const { serverWaitMs = DEFAULTS.serverWaitMs, keepExpiredMs = DEFAULTS.keepExpiredMs } = options
  return { serverWaitMs, keepExpiredMs }
}
