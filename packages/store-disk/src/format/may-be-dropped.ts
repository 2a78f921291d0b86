import type { Head } from '@persist/store'

/** Whether an entry may not be served any more at `now`, not even as a stale one. */
export function mayBeDropped({ expiresAt, staleUntil }: Head, now: number): boolean {
  if (expiresAt === undefined) return false
  return Math.max(expiresAt, staleUntil ?? expiresAt) <= now
}
