import { STATS } from '../call/replies.ts'
import { ask } from '../call/store-guard.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Plan } from '../context.ts'
import type { Counters, Stats } from '../types/persisted.ts'

/** What this process counted, with what the store holds unless that is not wanted. */
export function* stats(plan: Plan, { store = true }: { readonly store?: boolean } = {}): Steps<Stats | Counters> {
  const counters = { ...plan.counters }
  if (!store) return counters
  const held = yield* wait(ask(plan, 'stats', undefined, () => plan.store.stats(), { entries: 0, bytes: 0 }, STATS))
  return { ...counters, entries: held.entries, bytes: held.bytes }
}
