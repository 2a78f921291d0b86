import type { Head } from '@persist/store'

/** Beyond it Keyv's and Redis's own sums of times overflow; a thousand years are as good as forever. */
const LONGEST_TTL = 3.2e13

/** When an entry may go: its expiry, or the end of the time in which it is served stale. `undefined`: never. */
export function endOf({ expiresAt, staleUntil = Number.NEGATIVE_INFINITY }: Head): number | undefined {
  return expiresAt === undefined ? undefined : Math.max(expiresAt, staleUntil)
}

/**
 * How long the server is to keep an entry, in milliseconds: until it is no longer served, and at least `keepExpiredMs`
 * after its expiry. `undefined`: as long as the Keyv instance keeps things by itself.
 */
export function ttlOf(head: Head, keepExpiredMs: number, now: number): number | undefined {
  const end = endOf(head)
  if (end === undefined) return undefined
  const ttl = Math.ceil(Math.max(end, Math.max(head.expiresAt!, now) + keepExpiredMs) - now)
  // Keyv takes 0 for "forever", and an entry whose time is over must not stay forever.
  return ttl < LONGEST_TTL ? Math.max(1, ttl) : undefined
}
