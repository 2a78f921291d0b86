import type { Head } from '@persist/store'
import type { FreshnessRules } from '../context.ts'
import type { MissReason } from '../types/events.ts'

/**
 * `fresh`: serve the entry. `stale`: serve it and refresh in the background. `stale-if-error`: serve it only if the function
 * fails. `miss`: treat it as absent.
 */
export type Freshness = { readonly kind: 'fresh' | 'stale' | 'stale-if-error' | 'miss'; readonly reason: MissReason }

/** The freshness of an entry that may be served. */
export const FRESH: Freshness = { kind: 'fresh', reason: 'absent' }
const OTHER_VERSION: Freshness = { kind: 'miss', reason: 'version' }
const OTHER_SOURCE: Freshness = { kind: 'miss', reason: 'source' }
const STALE: Freshness = { kind: 'stale', reason: 'expired' }
const STALE_IF_ERROR: Freshness = { kind: 'stale-if-error', reason: 'expired' }
const EXPIRED: Freshness = { kind: 'miss', reason: 'expired' }

/** The tolerated difference between the clocks of machines that a time server sets. */
const CLOCK_TOLERANCE_MS = 1_000

/** Reports an entry of another version or, if the name does not identify the function, of another source. */
export function otherVersionOrSource(
  head: Head,
  { version, source }: Pick<FreshnessRules, 'version' | 'source'>,
): Freshness | undefined {
  if (head.version !== version) return OTHER_VERSION
  // Entries of other programs and older releases have no digest of the source.
  return source !== undefined && head.source !== undefined && head.source !== source ? OTHER_SOURCE : undefined
}

/** The freshness of an entry by its head. The time is one of the rules. */
export function checkFreshness(head: Head, rules: FreshnessRules): Freshness {
  const other = otherVersionOrSource(head, rules)
  if (other !== undefined) return other
  const { now, maxAge } = rules
  const ttl = head.expiresAt === undefined ? Number.POSITIVE_INFINITY : head.expiresAt - head.createdAt
  const lifetime = Math.min(ttl, maxAge)
  if (lifetime === Number.POSITIVE_INFINITY) return FRESH
  // Written while a clock was ahead: its age is unknown, and it could stay fresh for as long as the clock was ahead.
  if (head.createdAt > now + Math.min(CLOCK_TOLERANCE_MS, lifetime)) return withinError(now, rules)
  if (now - head.createdAt > maxAge) return withinError(head.createdAt + lifetime, rules)
  if (head.expiresAt === undefined || now < head.expiresAt) return FRESH
  if (now < head.expiresAt + rules.staleWhileRevalidate) return STALE
  return withinError(head.expiresAt, rules)
}

/** When the run of an entry began, in milliseconds since 1970. */
export function beganAt({ createdAt, durationMs = 0 }: Head): number {
  return createdAt - durationMs
}

function withinError(since: number, rules: FreshnessRules): Freshness {
  return rules.now < since + rules.staleIfError ? STALE_IF_ERROR : EXPIRED
}
