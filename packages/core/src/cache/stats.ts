import { type Steps, wait } from '../call/steps.ts'
import type { Stats } from '../face/persisted.ts'
import type { Plan } from '../plan/plan.ts'
import { ask } from '../telling/trouble.ts'

/** What this process counted, with what the store holds. */
export function* stats(plan: Plan): Steps<Stats> {
  const held = yield* wait(ask(plan, 'stats', undefined, () => plan.store.stats(), { entries: 0, bytes: 0 }))
  return { ...plan.counters, entries: held.entries, bytes: held.bytes }
}
