import type { Head } from '@persist/store'
import type { Terms } from '../context.ts'
import type { MissReason } from '../types/events.ts'

/**
 * `fresh`: serve it. `stale`: serve it and refresh in the background. `rescue`: serve it only if the function fails.
 * `miss`: as if it were not there.
 */
export type Verdict = { readonly kind: 'fresh' | 'stale' | 'rescue' | 'miss'; readonly reason: MissReason }

/** The verdict on an entry that may be served. */
export const FRESH: Verdict = { kind: 'fresh', reason: 'absent' }
const OTHER_VERSION: Verdict = { kind: 'miss', reason: 'version' }
const OTHER_SOURCE: Verdict = { kind: 'miss', reason: 'source' }
const STALE: Verdict = { kind: 'stale', reason: 'expired' }
const RESCUE: Verdict = { kind: 'rescue', reason: 'expired' }
const EXPIRED: Verdict = { kind: 'miss', reason: 'expired' }

/** Clocks of machines that are set by a time server differ by this much, in milliseconds. */
const CLOCK_TOLERANCE_MS = 1_000

/** Whether an entry was computed by this function: by its version, and where the name alone is no proof, by its text. */
export function isOfOther(head: Head, { version, source }: Pick<Terms, 'version' | 'source'>): Verdict | undefined {
  if (head.version !== version) return OTHER_VERSION
  // An entry of another program, or of an older release, has no digest.
  return source !== undefined && head.source !== undefined && head.source !== source ? OTHER_SOURCE : undefined
}

/** Judges an entry by its head alone, without a clock of its own. */
export function judge(head: Head, terms: Terms): Verdict {
  const other = isOfOther(head, terms)
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

function withinError(since: number, terms: Terms): Verdict {
  return terms.now < since + terms.staleIfError ? RESCUE : EXPIRED
}
