import type { Plan } from '../context.ts'

/**
 * Waits for the writes under way to a store without leases, so that they cannot undo a later change; no longer than
 * `waitTimeout`. `undefined`: there are none.
 */
export function written(plan: Plan, text: string | undefined): Promise<unknown> | undefined {
  const writes = plan.peers.writes(text)
  if (writes.length === 0) return undefined
  return new Promise((resolve) => {
    const cancel =
      plan.waitTimeout === Number.POSITIVE_INFINITY
        ? () => {}
        : plan.surroundings.later(plan.waitTimeout, () => resolve(undefined))
    Promise.all(writes).then(() => {
      cancel()
      resolve(undefined)
    })
  })
}
