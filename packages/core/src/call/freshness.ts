import type { Head } from '@persist/store'
import type { FreshnessRules } from '../context.ts'
import type { MissReason } from '../types/events.ts'

/**
 * `fresh`: serve it. `stale`: serve it and refresh in the background. `rescue`: serve it only if the function fails.
 * `miss`: as if it were not there.
 */
export type Freshness = { readonly kind: 'fresh' | 'stale' | 'stale-if-error' | 'miss'; readonly reason: MissReason }

/** The verdict on an entry that may be served. */
export const FRESH: Freshness = { kind: 'fresh', reason: 'absent' }
const OTHER_VERSION: Freshness = { kind: 'miss', reason: 'version' }
const OTHER_SOURCE: Freshness = { kind: 'miss', reason: 'source' }
const STALE: Freshness = { kind: 'stale', reason: 'expired' }
const STALE_IF_ERROR: Freshness = { kind: 'stale-if-error', reason: 'expired' }
const EXPIRED: Freshness = { kind: 'miss', reason: 'expired' }

/** Clocks of machines that are set by a time server differ by this much, in milliseconds. */
const CLOCK_TOLERANCE_MS = 1_000

/** Whether an entry was computed by this function: by its version, and where the name alone is no proof, by its text. */
export function otherVersionOrSource(
  head: Head,
  { version, source }: Pick<FreshnessRules, 'version' | 'source'>,
): Freshness | undefined {
  if (head.version !== version) return OTHER_VERSION
  // An entry of another program, or of an older release, has no digest.
  return source !== undefined && head.source !== undefined && head.source !== source ? OTHER_SOURCE : undefined
}

/** Judges an entry by its head alone, without a clock of its own. */
export function checkFreshness(head: Head, terms: FreshnessRules): Freshness {
  const other = otherVersionOrSource(head, terms)
  if (other !== undefined) return other
  const { now, maxAge } = terms
  const lasts = head.expiresAt === undefined ? Number.POSITIVE_INFINITY : head.expiresAt - head.createdAt
  const asked = Math.min(lasts, maxAge)
  if (asked === Number.POSITIVE_INFINITY) return FRESH
  // Written while a clock was ahead: its age is unknown. It would be fresh for as long as the clock was wrong.
  if (head.createdAt > now + Math.min(CLOCK_TOLERANCE_MS, asked)) return withinError(now, terms)
  if (now - head.createdAt > maxAge) return withinError(head.createdAt + maxAge, terms)
  if (head.expiresAt === undefined || now < head.expiresAt) return FRESH
  if (now < head.expiresAt + terms.staleWhileRevalidate) return STALE
  return withinError(head.expiresAt, terms)
}

function withinError(since: number, terms: FreshnessRules): Freshness {
  return terms.now < since + terms.staleIfError ? STALE_IF_ERROR : EXPIRED
}
