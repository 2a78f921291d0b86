import type { Entry, Lease, Mode } from '@persist/store'
import { signalOf, withSignal } from '../concurrency/abort-signals.ts'
import type { Succession } from '../concurrency/flight.ts'
import { type Flight, type FlightResult, isFenced, leaveLimits } from '../concurrency/flight.ts'
import { sharedTimeOf } from '../concurrency/shared-time.ts'
import { done, invoke, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { isThenable } from '../runtime/thenable.ts'
import { type LeaseResult, throwIfLeft } from './acquire-lease.ts'
import { snapshotArguments } from './arguments.ts'
import type { CacheKey } from './cache-key.ts'
import { argumentsChanged } from './cache-key.ts'
import type { Computation } from './computation.ts'
import { createEntry } from './create-entry.ts'
import { keepAlive, release, takeOverLease } from './lease.ts'
import { pendingWrites } from './pending-writes.ts'
import { MARK, YES_OR_NO } from './replies.ts'
import { reportRecursion, reportWrite } from './serve.ts'
import { callStore } from './store-guard.ts'
import { handBack, leaveInReserve } from './succession.ts'

/** A turn that may store. */
export type RightToStore = Exclude<LeaseResult, { kind: 'hit' | 'recursion' }>

/** Runs the function, stores what it brings, and gives the lease back whatever happens. */
export function* compute(
  computation: Computation,
  acquired: Exclude<LeaseResult, { kind: 'hit' }>,
  pickledKey: string | undefined,
): Steps<FlightResult> {
  const { context, call, cacheKey, flight } = computation
  // A refresh has one already.
  flight.succession ??= { lease: acquired.kind === 'acquired' ? acquired.lease : undefined }
  const { succession } = flight
  let isPublished = false
  try {
    throwIfLeft(flight)
    const mark = yield* tagMark(context, cacheKey)
    // Without a landing nothing has been waited for, so that no other code ran since the key was made.
    if (flight.result !== undefined && argumentsChanged(context, call.self, call.args, cacheKey))
      return endUnstored(computation)
    call.onRun?.()
    const given = snapshotArguments(computation)
    const { value, promised, durationMs } = yield* callFunction(computation, succession.lease)
    context.observed[promised ? 'promises' : 'values'] = true
    const notStored = () => ({ value, promised, ...copyForOthers(computation, value) })
    if (acquired.kind === 'recursion') {
      reportRecursion(context, cacheKey)
      return notStored()
    }
    const entry = createEntry(context, cacheKey, { value, given, durationMs, promised, pickledKey })
    if (entry === undefined) return notStored()
    isPublished = true
    yield* publish(computation, { acquired, lease: succession.lease, mark, entry, value })
    return { value, promised, payload: entry.payload }
  } finally {
    succession.stopRenewing?.()
    if (!isPublished) yield* giveUp(computation, succession)
  }
}

/** A run that stores nothing leaves that to an earlier one. */
function* giveUp(computation: Computation, succession: Succession): Steps<void> {
  const { lease, inReserve } = succession
  if (lease === undefined || inReserve === undefined) {
    return yield* handBack(computation.context, computation.cacheKey, succession)
  }
  try {
    yield* publish(computation, { acquired: { kind: 'acquired', lease }, lease, ...inReserve })
  } catch {
    // With onStoreError: 'throw'. It has been reported, and the caller gets what the function threw.
  }
}

/** The key is not that of the arguments any more: the flight ends at once, with nothing to share. */
function endUnstored({ context, cacheKey, flight }: Computation): FlightResult {
  context.reporter.report('skip', { hash: cacheKey.hash, reason: 'arguments-changed' })
  leaveLimits(flight)
  return { value: undefined, promised: true, argumentsChanged: true }
}

interface Called {
  readonly value: unknown
  readonly promised: boolean
  readonly durationMs: number
}

function* callFunction(computation: Computation, lease: Lease<Mode> | undefined): Steps<Called> {
  const { context, call, cacheKey, flight } = computation
  const stopwatch = sharedTimeOf(context.runtime).start()
  const report = (failed: boolean) => {
    const durationMs = stopwatch.stop()
    if (context.reporter.hasListener('compute'))
      context.reporter.report('compute', { hash: cacheKey.hash, durationMs, failed })
    return durationMs
  }
  let stop = () => {}
  let promised = false
  let value: unknown
  try {
    const result = yield* invoke(flight, context.collected, call.self, ownArguments(computation))
    promised = isThenable(result)
    if (promised) {
      stopwatch.pending()
      stop = keepAlive(context, lease)
    }
    value = yield* wait(result)
  } catch (error) {
    stop()
    leaveLimits(flight)
    context.counters.errors++
    report(true)
    throw error
  }
  stop()
  leaveLimits(flight)
  return { value, promised, durationMs: report(false) }
}

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
    const stored = yield* wait(lease === undefined ? set(context, flight, entry) : publishBy(context, lease, entry))
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
  }
}

function publishBy(context: Context, lease: Lease<Mode>, entry: Entry): Answer {
  return callStore<boolean | undefined>(context, 'set', entry.hash, () => lease.publish(entry), undefined, YES_OR_NO)
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

/** A copy, so that `arguments` of the function is its own; with a signal that is the flight's, not one caller's. */
export function ownArguments({ call, flight }: Pick<Computation, 'call' | 'flight'>): unknown[] {
  if (signalOf(call.args) === undefined) return [...call.args]
  flight.abort ??= new AbortController()
  return withSignal(call.args, flight.abort.signal)
}

/** A result that is not stored may still have been waited for by others, who must not share what can change. */
function copyForOthers({ context, flight }: Computation, value: unknown): Pick<FlightResult, 'payload'> {
  if (flight.waiters < 2 || !isChangeable(value)) return {}
  try {
    return { payload: context.pickle(value) }
  } catch {
    // It has no copy: then each computes for itself.
    return {}
  }
}
