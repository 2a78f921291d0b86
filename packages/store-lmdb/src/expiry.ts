import type { Head } from '@persist/store'
import { decodeHead } from './entry-codec.ts'
import { type Environment, peek } from './environment.ts'
import { keyOf } from './keys.ts'
import { REMOVAL_BYTES } from './room.ts'
import { removeEntry } from './totals.ts'
import type { Namespace } from './walk.ts'

const BATCH = 500

/** Deletes those of the listed entries that may not be served any more, not even as stale ones. Returns how many. */
export function removeExpired(
  environment: Environment,
  { prefix }: Namespace,
  heads: Iterable<Head>,
  now: number,
): number {
  const expired: Buffer[] = []
  for (const head of heads) if (servableUntil(head) <= now) expired.push(keyOf(prefix, head.hash))
  let gone = 0
  for (let start = 0; start < expired.length; start += BATCH) {
    gone += environment.change((databases) => {
      const stillExpired = expired.slice(start, start + BATCH).filter((key) => {
        const found = peek(databases.entries, key)
        const head = found && decodeHead(found, found.length, key, '')
        return head !== undefined && servableUntil(head) <= now
      })
      for (const key of stillExpired) removeEntry(databases, prefix, key)
      return stillExpired.length
    }, BATCH * REMOVAL_BYTES)
  }
  return gone
}

/** Until when an entry may be served, fresh or stale, in milliseconds since 1970. */
export function servableUntil({ expiresAt = Number.POSITIVE_INFINITY, staleUntil = expiresAt }: Head): number {
  return Math.max(expiresAt, staleUntil)
}
