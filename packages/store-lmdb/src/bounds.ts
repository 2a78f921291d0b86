import type { Bounds } from '@persist/store'
import { type Bounded, surplusOf } from '@persist/store/kit'
import { decodeHead } from './entry-codec.ts'
import { type Environment, peek } from './environment.ts'
import { REMOVAL_BYTES } from './room.ts'
import { removeEntry, type Totals } from './totals.ts'
import { lastUse } from './usage.ts'
import { keysIn, type Namespace } from './walk.ts'

const BATCH = 500

interface Kept extends Bounded {
  readonly key: Buffer
  readonly createdAt: number
}

/** Whether a namespace is that many times over its bounds. */
export function isOver({ entries, bytes }: Totals, bounds: Bounds, times = 1): boolean {
  const { maxEntries = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = bounds
  return entries > maxEntries * times || bytes > maxBytes * times
}

/**
 * Deletes entries until the rest is within the bounds: first what alone is larger than they are, then the least recently used.
 * Returns how many.
 */
export function shrink(environment: Environment, namespace: Namespace, bounds: Bounds): number {
  const surplus = surplusOf([...whatIsThere(environment, namespace)], bounds)
  let gone = 0
  for (let start = 0; start < surplus.length; start += BATCH) {
    gone += removeUnchanged(environment, namespace, surplus.slice(start, start + BATCH))
  }
  return gone
}

/** A damaged entry counts as the first to go. */
function* whatIsThere(environment: Environment, namespace: Namespace): Generator<Kept> {
  const now = Date.now()
  for (const key of keysIn(environment, namespace)) {
    const { databases } = environment
    const found = peek(databases.entries, key)
    if (found === undefined) continue
    const bytes = found.length
    const { createdAt } = decodeHead(found, bytes, key, '') ?? { createdAt: Number.NEGATIVE_INFINITY }
    yield { key, createdAt, usedAt: lastUse(databases, key, createdAt, now), bytes }
  }
}

/** An entry that was written again meanwhile has just been used, and stays. */
function removeUnchanged(environment: Environment, { prefix }: Namespace, surplus: readonly Kept[]): number {
  return environment.change((databases) => {
    let gone = 0
    for (const { key, createdAt, bytes } of surplus) {
      const found = peek(databases.entries, key)
      if (found?.length !== bytes) continue
      const head = decodeHead(found, bytes, key, '')
      if (head !== undefined && head.createdAt !== createdAt) continue
      if (removeEntry(databases, prefix, key)) gone++
    }
    return gone
  }, surplus.length * REMOVAL_BYTES)
}
