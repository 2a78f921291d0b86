import { STATS } from '../call/replies.ts'
import { callStore } from '../call/store-guard.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import type { Counters, Stats } from '../types/persisted.ts'

/** What this process counted, with what the store holds unless that is not wanted. */
export function* stats(context: Context, { store = true }: { readonly store?: boolean } = {}): Steps<Stats | Counters> {
  const counters = { ...context.counters }
  if (!store) return counters
  const held = yield* wait(
    callStore(context, 'stats', undefined, () => context.store.stats(), { entries: 0, bytes: 0 }, STATS),
  )
  return { ...counters, entries: held.entries, bytes: held.bytes }
}
