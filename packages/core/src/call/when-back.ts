import { run, type Steps } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { CacheKey } from './cache-key.ts'
import { leaseNameOf } from './own-leases.ts'

/**
 * Does something to an entry or its lease when the store is back, if it is unavailable. `part` distinguishes what is done, and
 * `drop` is called if it is given up.
 */
export function whenBack(
  context: Context,
  cacheKey: Pick<CacheKey, 'hash'>,
  { part, drop }: { readonly part: string; readonly drop?: () => void },
  act: () => Steps<void>,
): void {
  if (context.circuit.error === undefined) return
  const name = `${leaseNameOf(context, cacheKey)}\0${part}`
  context.circuit.unsaved.keepEnd(name, { store: () => quietly(() => run(act())), ...(drop && { drop }) })
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
