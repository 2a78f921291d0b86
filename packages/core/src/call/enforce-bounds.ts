import { run, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Plan } from '../context.ts'
import { COUNT } from './replies.ts'
import { ask } from './store-guard.ts'
import { handOver } from './wait-until.ts'

/** Enforces the bounds of a function in a store that cannot: prunes in the background after every few writes. */
export function countWrite(plan: Plan): void {
  const { writes } = plan
  if (!writes?.isDue()) return
  const pruned = () => writes.pruned()
  // A failure has been reported; the next writes try again.
  handOver(plan, plan.surroundings.soon(() => run(prune(plan))).then(pruned, pruned))
}

function* prune(plan: Plan): Steps<void> {
  const now = plan.surroundings.now()
  const entries = yield* wait(ask(plan, 'prune', undefined, () => plan.store.prune(now, plan.writes!.bounds), 0, COUNT))
  if (entries > 0) plan.reporter.tell('evict', { entries })
}
