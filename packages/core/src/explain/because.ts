import type { Steps } from '../concurrency/sync-or-async.ts'
import type { Context, KeyFacts, Missed } from '../context.ts'
import type { Because } from '../types/because.ts'
import { changedSince } from './changed.ts'
import { besideOf, candidatesOf, nearestOf } from './nearest.ts'

/** From this verbosity on a person reads every miss, so a listing of the store is worth its time. */
const LISTS_FROM = 3

/** Why a call missed, for the event. It lists the store only if a person reads along. */
export function* becauseOf(context: Context, cacheKey: KeyFacts, missed: Missed): Steps<Because | undefined> {
  if (missed.reason === 'absent' && context.reporter.verbosity < LISTS_FROM) return undefined
  try {
    return yield* reasonOf(context, cacheKey, missed)
  } catch {
    // With onStoreError: 'throw'. The store has been reported, and the call itself needs no explanation.
    return undefined
  }
}

/** Why a call misses. `undefined`: nothing more than the reason is known. */
export function* reasonOf(
  context: Context,
  cacheKey: KeyFacts,
  { reason, head, changed: found }: Missed,
): Steps<Because | undefined> {
  if (found !== undefined) return { changed: found }
  switch (reason) {
    case 'version':
    case 'source': {
      const changed = yield* changedSince(context, head!)
      return changed.length === 0 ? undefined : { changed }
    }
    case 'absent': {
      const candidates = yield* candidatesOf(context)
      const beside = besideOf(candidates, cacheKey)
      if (beside !== undefined) return { changed: yield* changedSince(context, beside) }
      const nearest = nearestOf(context, cacheKey, candidates)
      return nearest === undefined ? undefined : { nearest }
    }
    default:
      return undefined
  }
}
