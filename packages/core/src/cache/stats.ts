import { type Steps, wait } from '../call/steps.ts'
import type { Counters, Stats } from '../face/persisted.ts'
import type { Plan } from '../plan/plan.ts'
import { STATS } from '../store/replies.ts'
import { ask } from '../telling/trouble.ts'

/** What this process counted, with what the store holds unless that is not wanted. */
export function* stats(plan: Plan, { store = true }: { readonly store?: boolean } = {}): Steps<Stats | Counters> {
  const counters = { ...plan.counters }
  if (!store) return counters
  const held = yield* wait(ask(plan, 'stats', undefined, () => plan.store.stats(), { entries: 0, bytes: 0 }, STATS))
  return { ...counters, entries: held.entries, bytes: held.bytes }
}
