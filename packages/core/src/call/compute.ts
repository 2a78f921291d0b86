import type { Entry, Lease, Mode } from '@persist/store'
import { signalOf, withSignal } from '../concurrency/abort-signals.ts'
import type { Succession } from '../concurrency/flight.ts'
import { type Flight, isFenced, type Landing, leaveLimits } from '../concurrency/flight.ts'
import { sharedTimeOf } from '../concurrency/shared-time.ts'
import { done, invoke, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Plan } from '../context.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { isThenable } from '../runtime/thenable.ts'
import { type Turn, throwIfLeft } from './acquire-lease.ts'
import { argumentsAsTheyAre } from './arguments.ts'
import type { Identity } from './cache-key.ts'
import { hasStrayed } from './cache-key.ts'
import type { Computation } from './computation.ts'
import { record } from './create-entry.ts'
import { keepAlive, release, succeed } from './lease.ts'
import { written } from './pending-writes.ts'
import { MARK, YES_OR_NO } from './replies.ts'
import { tellRecursion, wrote } from './serve.ts'
import { ask } from './store-guard.ts'
import { handBack, leaveInReserve } from './succession.ts'

/** A turn that may store. */
export type OwnTurn = Exclude<Turn, { kind: 'hit' | 'recursion' }>

/** Runs the function, stores what it brings, and gives the lease back whatever happens. */
export function* compute(
  computation: Computation,
  turn: Exclude<Turn, { kind: 'hit' }>,
  pickledKey: string | undefined,
): Steps<Landing> {
  const { plan, call, identity, flight } = computation
  // A refresh has one already.
  flight.succession ??= { lease: turn.kind === 'mine' ? turn.lease : undefined }
  const { succession } = flight
  let isPublished = false
  try {
    throwIfLeft(flight)
    const mark = yield* tagMark(plan, identity)
    // Without a landing nothing has been waited for, so that no other code ran since the key was made.
    if (flight.landing !== undefined && hasStrayed(plan, call.self, call.args, identity)) return strayed(computation)
    call.onRun?.()
    const given = argumentsAsTheyAre(computation)
    const { value, promised, durationMs } = yield* callFunction(computation, succession.lease)
    plan.learned[promised ? 'promises' : 'values'] = true
    const notStored = () => ({ value, promised, ...copyForOthers(computation, value) })
    if (turn.kind === 'recursion') {
      tellRecursion(plan, identity)
      return notStored()
    }
    const entry = record(plan, identity, { value, given, durationMs, promised, pickledKey })
    if (entry === undefined) return notStored()
    isPublished = true
    yield* publish(computation, { turn, lease: succession.lease, mark, entry, value })
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
    return yield* handBack(computation.plan, computation.identity, succession)
  }
  try {
    yield* publish(computation, { turn: { kind: 'mine', lease }, lease, ...inReserve })
  } catch {
    // With onStoreError: 'throw'. It has been reported, and the caller gets what the function threw.
  }
}

/** The key is not that of the arguments any more: the flight ends at once, with nothing to share. */
function strayed({ plan, identity, flight }: Computation): Landing {
  plan.reporter.tell('skip', { hash: identity.hash, reason: 'strayed' })
  leaveLimits(flight)
  return { value: undefined, promised: true, strayed: true }
}

interface Called {
  readonly value: unknown
  readonly promised: boolean
  readonly durationMs: number
}

function* callFunction(computation: Computation, lease: Lease<Mode> | undefined): Steps<Called> {
  const { plan, call, identity, flight } = computation
  const stopwatch = sharedTimeOf(plan.surroundings).start()
  const tell = (failed: boolean) => {
    const durationMs = stopwatch.stop()
    if (plan.reporter.hears('compute')) plan.reporter.tell('compute', { hash: identity.hash, durationMs, failed })
    return durationMs
  }
  let stop = () => {}
  let promised = false
  let value: unknown
  try {
    const result = yield* invoke(flight, plan.whole, call.self, ownArguments(computation))
    promised = isThenable(result)
    if (promised) {
      stopwatch.pending()
      stop = keepAlive(plan, lease)
    }
    value = yield* wait(result)
  } catch (error) {
    stop()
    leaveLimits(flight)
    plan.counters.errors++
    tell(true)
    throw error
  }
  stop()
  leaveLimits(flight)
  return { value, promised, durationMs: tell(false) }
}

/** What is to be stored, and by which right. */
export interface Publication {
  readonly turn: OwnTurn
  readonly lease: Lease<Mode> | undefined
  /** The point in the order of deletions by tag at which the computation began. */
  readonly mark: string | undefined
  readonly entry: Entry
  readonly value: unknown
}

/** Puts the entry in the store: by the lease where there is one, and not at all if it was overtaken. */
export function* publish(
  { plan, identity, flight }: Omit<Computation, 'call'>,
  { turn, lease: own, mark, entry, value }: Publication,
): Steps<void> {
  const { hash, text } = identity
  let lease = own
  const skip = (reason: 'timeout' | 'fenced') => plan.reporter.tell('skip', { hash, reason })
  try {
    if (isFenced(flight, entry.tags)) return skip('fenced')
    if (turn.kind === 'timeout') {
      lease = yield* succeed(plan, identity, flight, turn.from)
      if (lease === undefined) return skip('timeout')
    }
    if (yield* wasDeletedByTag(plan, mark, entry)) return skip('fenced')
    const stored = yield* wait(lease === undefined ? set(plan, flight, entry) : publishBy(plan, lease, entry))
    if (stored !== undefined) lease = undefined
    if (stored === false) {
      const isLeft = !isFenced(flight, entry.tags) && leaveInReserve(flight, { entry, value, mark })
      return isLeft ? undefined : skip('fenced')
    }
    // Whatever was set, deleted or cleared meanwhile came later than the write.
    if (flight.fenced) return skip('fenced')
    // A deletion that came between the last look and the write did not find the entry yet.
    if (stored && (isFenced(flight, entry.tags) || (yield* wasDeletedByTag(plan, mark, entry)))) {
      yield* wait(ask(plan, 'delete', hash, () => plan.store.delete(hash), false, YES_OR_NO))
      return skip('fenced')
    }
    // Memory holds it also where the store failed: then it is all that is left.
    if (!isFenced(flight, entry.tags)) plan.memory?.hold(text, entry, value)
    plan.peers.others((peer) => peer.drop(text))
    supersede(plan, flight)
    if (stored) wrote(plan, entry)
  } finally {
    yield* release(plan, identity, lease)
  }
}

function publishBy(plan: Plan, lease: Lease<Mode>, entry: Entry): Answer {
  return ask<boolean | undefined>(plan, 'set', entry.hash, () => lease.publish(entry), undefined, YES_OR_NO)
}

/** Without a lease the order of changes is that in which this process makes them: one after the other. */
function set(plan: Plan, flight: Flight, entry: Entry): Answer {
  const act = () => {
    // It may have been overtaken while it waited.
    if (isFenced(flight, entry.tags)) return false
    return ask<boolean | undefined>(plan, 'set', entry.hash, () => done(plan.store.set(entry)), undefined)
  }
  const before = written(plan, flight.text)
  const answer = before === undefined ? act() : before.then(act)
  if (!isThenable(answer)) return answer
  const stored = Promise.resolve(answer).then((stored) => {
    // Before the next write in line begins.
    if (stored) supersede(plan, flight)
    return stored
  })
  flight.writing = stored.then(ended, ended)
  return stored

  function ended(): void {
    flight.writing = undefined
  }
}

/** Earlier runs must not overwrite the result, in whichever wrapping of the function they go on. */
function supersede(plan: Plan, { text, began }: Flight): void {
  plan.peers.each((peer) => peer.supersede(text, began))
}

type Answer = boolean | undefined | PromiseLike<boolean | undefined>

/** The present point in the order of deletions by tag, for a function that has tags. */
export function* tagMark(plan: Plan, { hash }: Identity): Steps<string | undefined> {
  const fence = plan.store.tagFence
  if (plan.tags === undefined || fence === undefined) return undefined
  return yield* wait(ask<string | undefined>(plan, 'mark', hash, () => fence.mark(), undefined, MARK))
}

function* wasDeletedByTag(plan: Plan, mark: string | undefined, { hash, tags = [] }: Entry): Steps<boolean> {
  if (mark === undefined || tags.length === 0) return false
  return yield* wait(ask(plan, 'mark', hash, () => plan.store.tagFence!.hasDeleted(mark, tags), true, YES_OR_NO))
}

/** A copy, so that `arguments` of the function is its own; with a signal that is the flight's, not one caller's. */
export function ownArguments({ call, flight }: Pick<Computation, 'call' | 'flight'>): unknown[] {
  if (signalOf(call.args) === undefined) return [...call.args]
  flight.abort ??= new AbortController()
  return withSignal(call.args, flight.abort.signal)
}

/** A result that is not stored may still have been waited for by others, who must not share what can change. */
function copyForOthers({ plan, flight }: Computation, value: unknown): Pick<Landing, 'payload'> {
  if (flight.waiters < 2 || !isChangeable(value)) return {}
  try {
    return { payload: plan.pickle(value) }
  } catch {
    // It has no copy: then each computes for itself.
    return {}
  }
}
