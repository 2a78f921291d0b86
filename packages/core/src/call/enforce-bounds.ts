import { run, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { COUNT } from './replies.ts'
import { callStore } from './store-guard.ts'
import { notifyWaitUntil } from './wait-until.ts'

/** Counts a write, and prunes in the background after every few writes if the store does not enforce bounds itself. */
export function countWrite(context: Context): void {
  const { writes } = context
  if (!writes?.isDue()) return
  const pruned = () => writes.pruned()
  // A failure has been reported; the next writes try again.
  notifyWaitUntil(context, context.runtime.soon(() => run(prune(context))).then(pruned, pruned))
}

function* prune(context: Context): Steps<void> {
  const now = context.runtime.now()
  const entries = yield* wait(
    callStore(context, 'prune', undefined, () => context.store.prune(now, context.writes!.bounds), 0, COUNT),
  )
  if (entries > 0) context.reporter.report('evict', { entries })
}
