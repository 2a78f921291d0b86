import type { Head } from '@persist/store'
import type { MissReason } from '../telling/events.ts'

/** What an entry is judged by. */
export interface Terms {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly version: string | undefined
  /** Serve nothing older than this, in milliseconds. */
  readonly maxAge: number
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
}

/**
 * `fresh`: serve it. `stale`: serve it and refresh behind. `rescue`: serve it only if the function fails. `miss`: as if
 * it were not there.
 */
export type Verdict = { readonly kind: 'fresh' | 'stale' | 'rescue' | 'miss'; readonly reason: MissReason }

/** The verdict on an entry that may be served. */
export const FRESH: Verdict = { kind: 'fresh', reason: 'absent' }
const OTHER_VERSION: Verdict = { kind: 'miss', reason: 'version' }
const STALE: Verdict = { kind: 'stale', reason: 'expired' }
const RESCUE: Verdict = { kind: 'rescue', reason: 'expired' }
const EXPIRED: Verdict = { kind: 'miss', reason: 'expired' }

/** Judges an entry by its head alone, without a clock of its own. */
export function judge(head: Head, terms: Terms): Verdict {
  if (head.version !== terms.version) return OTHER_VERSION
  const { now, maxAge } = terms
  // An entry from a clock that is ahead counts as new, not as older than everything.
  if (now - head.createdAt > maxAge) return withinError(head.createdAt + maxAge, terms)
  if (head.expiresAt === undefined || now < head.expiresAt) return FRESH
  if (now < head.expiresAt + terms.staleWhileRevalidate) return STALE
  return withinError(head.expiresAt, terms)
}

function withinError(since: number, terms: Terms): Verdict {
  return terms.now < since + terms.staleIfError ? RESCUE : EXPIRED
}
