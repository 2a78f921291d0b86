import type { PersistError } from '@persist/errors'

/**
 * Why an entry was not served. `absent`: there is none. `expired`: its ttl is over, or it is older than asked for.
 * `version`: it is of another version. `source`: another function text wrote it, and the name is derived. `invalid`:
 * `validate` refuses it. `unreadable`: it cannot be unpickled. `refresh`: the call asked for a computation.
 */
export type MissReason = 'absent' | 'expired' | 'version' | 'source' | 'invalid' | 'unreadable' | 'refresh'

/**
 * Why a result is not stored. `shouldStore`: an option said so. `fenced`: it was set, deleted or cleared meanwhile. `timeout`:
 * another process computes it. `recursion`: the outermost call stores. `partial`: a stream was left before its end.
 * `steered`: a consumer sent the stream a value or an error. `strayed`: the arguments changed after the key was made.
 */
export type SkipReason =
  | 'shouldStore'
  | 'ttl'
  | 'fenced'
  | 'timeout'
  | 'recursion'
  | 'incomplete'
  | 'steered'
  | 'arguments-changed'

interface Of<Name extends string> {
  readonly name: Name
  /** The function's `funcname`. */
  readonly namespace: string
}

interface OfEntry<Name extends string> extends Of<Name> {
  readonly hash: string
}

/**
 * All that `persist` reports: to the `report` option, to `node:diagnostics_channel` as `persist:<name>`, and by
 * `verbosity` to stderr. Times are in milliseconds. Equal problems are reported at once, and then after pauses of up to a
 * minute: `count` is how many the event stands for.
 */
export type PersistEvent =
  | (OfEntry<'hit'> & {
      readonly tier: 'memory' | 'store' | 'flight'
      readonly ageMs?: number
      readonly savedMs?: number
    })
  | (OfEntry<'miss'> & { readonly reason: MissReason })
  | (OfEntry<'stale'> & { readonly reason: 'revalidate' | 'error'; readonly ageMs: number })
  | (OfEntry<'wait'> & { readonly waitedMs: number; readonly outcome: 'hit' | 'acquired' | 'timeout' })
  | (OfEntry<'compute'> & { readonly durationMs: number; readonly failed: boolean })
  | (OfEntry<'write'> & { readonly bytes: number })
  | (OfEntry<'skip'> & { readonly reason: SkipReason })
  | OfEntry<'delete'>
  | (Of<'clear'> & { readonly entries: number })
  | (Of<'evict'> & { readonly entries: number })
  | (Of<'problem'> & {
      readonly error: PersistError | Error
      readonly operation: string
      readonly hash?: string
      readonly count: number
    })
  | (Of<'circuit'> & { readonly state: 'open' | 'closed'; readonly store: string })
  | (Of<'source'> & { readonly message: string })

/** The names of all events. */
export type PersistEventName = PersistEvent['name']
