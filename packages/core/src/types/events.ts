import type { PersistError } from '@persist/errors'
import type { Because } from './because.ts'

/**
 * Why an entry was not served. `absent`: there is none. `expired`: its ttl has ended, or it is older than `maxAge`.
 * `version`: it has another version. `source`: another source of the function computed it, and the name is derived.
 * `input`: something that the function read or called has changed, or was not recorded. `invalid`: `validate` rejects it.
 * `unreadable`: it cannot be decoded or unpickled. `key`: it is encrypted under a key that is not given. `unencrypted`: it is
 * not encrypted, and the function encrypts. `refresh`: the call requires a computation.
 */
export type MissReason =
  | 'absent'
  | 'expired'
  | 'version'
  | 'source'
  | 'input'
  | 'invalid'
  | 'unreadable'
  | 'key'
  | 'unencrypted'
  | 'refresh'

/**
 * Why a result is not stored. `shouldStore`: the option returned false. `ttl`: the option returned 0. `fenced`: the entry
 * was set, deleted or cleared during the computation. `unavailable`: the store was away for too long, or when the
 * computation began, or too many results wait for it. `timeout`: another process still computes it after `waitTimeout`.
 * `recursion`: the outermost call stores it. `incomplete`: a consumer left the stream before its end. `steered`: a consumer
 * sent a value or an error into the stream. `arguments-changed`: the arguments changed after the key was made.
 * `input-changed`: something that the function read changed while it ran. `input-unverifiable`: it read something that no
 * later call could verify. `key`: the stored entry is encrypted under a key that is not given, and is kept.
 */
export type SkipReason =
  | 'shouldStore'
  | 'ttl'
  | 'fenced'
  | 'unavailable'
  | 'timeout'
  | 'recursion'
  | 'incomplete'
  | 'steered'
  | 'arguments-changed'
  | 'input-changed'
  | 'input-unverifiable'
  | 'key'

interface NamespaceEvent<Name extends string> {
  readonly name: Name
  /** The function's `funcname`. */
  readonly namespace: string
}

interface EntryEvent<Name extends string> extends NamespaceEvent<Name> {
  readonly hash: string
}

/**
 * Everything that `persist` reports: to the `report` option, to `node:diagnostics_channel` as `persist:<name>`, and to
 * stderr as far as `verbosity` says. Times are in milliseconds. The first of equal problems is reported immediately, later
 * ones after pauses of up to a minute; `count` is the number of problems that the event stands for.
 */
export type PersistEvent =
  | (EntryEvent<'hit'> & {
      readonly tier: 'memory' | 'store' | 'flight'
      readonly ageMs?: number
      readonly savedMs?: number
    })
  | (EntryEvent<'miss'> & {
      readonly reason: MissReason
      /** What has changed; at verbosity 3 or more, for an absent entry, also the nearest one. Absent: not known. */
      readonly because?: Because
    })
  | (EntryEvent<'stale'> & { readonly reason: 'revalidate' | 'error'; readonly ageMs: number })
  | (EntryEvent<'wait'> & { readonly waitedMs: number; readonly outcome: 'hit' | 'acquired' | 'timeout' })
  | (EntryEvent<'compute'> & { readonly durationMs: number; readonly failed: boolean })
  | (EntryEvent<'write'> & { readonly bytes: number })
  | (EntryEvent<'skip'> & { readonly reason: SkipReason })
  | EntryEvent<'delete'>
  | (NamespaceEvent<'clear'> & { readonly entries: number })
  | (NamespaceEvent<'evict'> & { readonly entries: number })
  | (NamespaceEvent<'problem'> & {
      readonly error: PersistError | Error
      readonly operation: string
      readonly hash?: string
      readonly count: number
    })
  | (NamespaceEvent<'circuit'> & { readonly state: 'open' | 'closed'; readonly store: string })
  | (NamespaceEvent<'source'> & { readonly message: string })
  | (EntryEvent<'mismatch'> & {
      /** The first place where the new result differs from the stored one: `$` is the result, `$.a[0]` a part of it. */
      readonly path: string
      /** Digests of both results as the pickle has them. Without `computed`, the run or its comparison failed: `error`. */
      readonly stored: string
      readonly computed?: string
      readonly error?: Error
      readonly ageMs: number
    })
  | (NamespaceEvent<'audit'> & {
      /** The captured variables that no key and no dependency contains. */
      readonly captured: readonly string[]
      readonly message: string
    })

/** The names of all events. */
export type PersistEventName = PersistEvent['name']
