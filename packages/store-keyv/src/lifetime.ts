import type { Head } from '@persist/store'

/** A thousand years, in milliseconds. A longer time counts as forever, because the sums of Keyv and Redis could overflow. */
const LONGEST_TTL = 3.2e13

/** When an entry may be removed: at the later of its expiry and the end of its stale window. `undefined`: never. */
export function endOf({ expiresAt, staleUntil = Number.NEGATIVE_INFINITY }: Head): number | undefined {
  return expiresAt === undefined ? undefined : Math.max(expiresAt, staleUntil)
}

/**
 * How long the server must keep an entry, in milliseconds: until it is no longer served, and at least `keepExpiredMs`
 * after its expiry. `undefined`: the Keyv instance's own default applies.
 */
export function ttlOf(head: Head, keepExpiredMs: number, now: number): number | undefined {
  const end = endOf(head)
  if (end === undefined) return undefined
  const ttl = Math.ceil(Math.max(end, Math.max(head.expiresAt!, now) + keepExpiredMs) - now)
  // Keyv reads 0 as "forever", but an entry whose time is over must not stay forever.
  return ttl < LONGEST_TTL ? Math.max(1, ttl) : undefined
}
