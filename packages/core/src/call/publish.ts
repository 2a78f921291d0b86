import type { Entry, Lease, Mode } from '@persist/store'
import type { Flight } from '../concurrency/flight.ts'
import { isFenced } from '../concurrency/flight.ts'
import type { Steps } from '../concurrency/sync-or-async.ts'
import { done, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { RightToStore } from './acquire-lease.ts'
import type { CacheKey } from './cache-key.ts'
import type { Computation } from './computation.ts'
import { release, takeOverLease } from './lease.ts'
import { pendingWrites } from './pending-writes.ts'
import { MARK, YES_OR_NO } from './replies.ts'
import { reportWrite } from './serve.ts'
import { callStore } from './store-guard.ts'
import { leaveInReserve } from './succession.ts'

/** What is to be stored, and by which right. */
export interface Publication {
  readonly acquired: RightToStore
  readonly lease: Lease<Mode> | undefined
  /** The point in the order of deletions by tag at which the computation began. */
  readonly mark: string | undefined
  readonly entry: Entry
  readonly value: unknown
}

/** Puts the entry in the store: by the lease where there is one, and not at all if it was overtaken. */
export function* publish(
  { context, cacheKey, flight }: Omit<Computation, 'call'>,
  { acquired, lease: own, mark, entry, value }: Publication,
): Steps<void> {
  const { hash, canonicalKey } = cacheKey
  let lease = own
  const skip = (reason: 'timeout' | 'fenced') => context.reporter.report('skip', { hash, reason })
  try {
    if (isFenced(flight, entry.tags)) return skip('fenced')
    if (acquired.kind === 'timeout') {
      lease = yield* takeOverLease(context, cacheKey, flight, acquired.from)
      if (lease === undefined) return skip('timeout')
    }
    if (yield* wasDeletedByTag(context, mark, entry)) return skip('fenced')
    const stored = yield* write(context, flight, lease, entry)
    if (stored !== undefined) lease = undefined
    if (stored === false) {
      const isLeft = !isFenced(flight, entry.tags) && leaveInReserve(flight, { entry, value, mark })
      return isLeft ? undefined : skip('fenced')
    }
    // Whatever was set, deleted or cleared meanwhile came later than the write.
    if (flight.fenced) return skip('fenced')
    // A deletion that came between the last look and the write did not find the entry yet.
    if (stored && (isFenced(flight, entry.tags) || (yield* wasDeletedByTag(context, mark, entry)))) {
      yield* wait(callStore(context, 'delete', hash, () => context.store.delete(hash), false, YES_OR_NO))
      return skip('fenced')
    }
    // Memory holds it also where the store failed: then it is all that is left.
    if (!isFenced(flight, entry.tags)) context.memory?.hold(canonicalKey, entry, value)
    context.peers.others((peer) => peer.drop(canonicalKey))
    supersede(context, flight)
    if (stored) reportWrite(context, entry)
  } finally {
    yield* release(context, cacheKey, lease)
    const back = flight.succession?.lease
    if (back !== own) yield* release(context, cacheKey, back)
  }
}

/** Writes by the lease. One that was lost to a refresh may have come back meanwhile, since the refresh failed. */
function* write(
  context: Context,
  flight: Flight,
  lease: Lease<Mode> | undefined,
  entry: Entry,
): Steps<boolean | undefined> {
  if (lease === undefined) return yield* wait(set(context, flight, entry))
  const publish = () => lease.publish(entry)
  const stored = yield* wait(callStore<boolean | undefined>(context, 'set', entry.hash, publish, undefined, YES_OR_NO))
  const back = flight.succession?.lease
  return stored === false && back !== undefined && back !== lease ? yield* write(context, flight, back, entry) : stored
}

/** Without a lease the order of changes is that in which this process makes them: one after the other. */
function set(context: Context, flight: Flight, entry: Entry): Answer {
  const act = () => {
    // It may have been overtaken while it waited.
    if (isFenced(flight, entry.tags)) return false
    return callStore<boolean | undefined>(context, 'set', entry.hash, () => done(context.store.set(entry)), undefined)
  }
  const before = pendingWrites(context, flight.canonicalKey)
  const answer = before === undefined ? act() : before.then(act)
  if (!isThenable(answer)) return answer
  const stored = Promise.resolve(answer).then((stored) => {
    // Before the next write in line begins.
    if (stored) supersede(context, flight)
    return stored
  })
  flight.writing = stored.then(ended, ended)
  return stored

  function ended(): void {
    flight.writing = undefined
  }
}

/** Earlier runs must not overwrite the result, in whichever wrapping of the function they go on. */
function supersede(context: Context, { canonicalKey, began }: Flight): void {
  context.peers.each((peer) => peer.supersede(canonicalKey, began))
}

type Answer = boolean | undefined | PromiseLike<boolean | undefined>

/** The present point in the order of deletions by tag, for a function that has tags. */
export function* tagMark(context: Context, { hash }: CacheKey): Steps<string | undefined> {
  const fence = context.store.tagFence
  if (context.tags === undefined || fence === undefined) return undefined
  return yield* wait(callStore<string | undefined>(context, 'mark', hash, () => fence.mark(), undefined, MARK))
}

function* wasDeletedByTag(context: Context, mark: string | undefined, { hash, tags = [] }: Entry): Steps<boolean> {
  if (mark === undefined || tags.length === 0) return false
  return yield* wait(
    callStore(context, 'mark', hash, () => context.store.tagFence!.hasDeleted(mark, tags), true, YES_OR_NO),
  )
}
