import type { Context } from '../context.ts'

/**
 * Waits for pending writes to a store without leases, so that they cannot undo a later change; at most `waitTimeout`.
 * `undefined` if there are none.
 */
export function pendingWrites(context: Context, canonicalKey: string | undefined): Promise<unknown> | undefined {
  const writes = context.peers.writes(canonicalKey)
  if (writes.length === 0) return undefined
  return new Promise((resolve) => {
    const cancel =
      context.waitTimeout === Number.POSITIVE_INFINITY
        ? () => {}
        : context.runtime.later(context.waitTimeout, () => resolve(undefined))
    Promise.all(writes).then(() => {
      cancel()
      resolve(undefined)
    })
  })
}
