import { run, type Steps } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { CacheKey } from './cache-key.ts'
import { leaseNameOf } from './own-leases.ts'

/** What to do when the store is back. `part` distinguishes what is done to an entry, and `drop` is called if it is given up. */
export interface Postponed {
  readonly part: string
  readonly drop?: () => void
  /** Whether the store was away or busy meanwhile: see {@link Circuit.watch}. */
  readonly wasAway: () => boolean
}

/** Does something to an entry or its lease when the store is back, if it was away or busy. */
export function whenBack(
  context: Context,
  cacheKey: Pick<CacheKey, 'hash'>,
  { part, drop, wasAway }: Postponed,
  act: () => Steps<void>,
): void {
  if (!wasAway()) return
  const name = `${leaseNameOf(context, cacheKey)}\0${part}`
  context.circuit.unsaved.keepEnd(name, { store: () => quietly(() => run(act())), ...(drop && { drop }) })
  context.circuit.retryLater(context)
}

/** Ignores a failure, which has been reported. With `onStoreError: 'throw'` it is thrown, too. */
export function quietly(act: () => unknown): unknown {
  try {
    const reply = act()
    return isThenable(reply) ? reply.then(undefined, () => {}) : undefined
  } catch {
    return undefined
  }
}
