import { STATS } from '../call/replies.ts'
import { callStore } from '../call/store-guard.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import type { Counters, Stats } from '../types/persisted.ts'

/** The counters of this process, with the size of the stored results unless `store` is `false`. */
export function* stats(context: Context, { store = true }: { readonly store?: boolean } = {}): Steps<Stats | Counters> {
  const counters = { ...context.counters }
  if (!store) return counters
  const stored = yield* wait(
    callStore(context, 'stats', undefined, () => context.store.stats(), { entries: 0, bytes: 0 }, STATS),
  )
  return { ...counters, entries: stored.entries, bytes: stored.bytes }
}
