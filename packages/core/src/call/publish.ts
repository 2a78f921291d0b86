import type { Entry, Lease, Mode } from '@persist/store'
import type { Plan } from '../plan/plan.ts'
import { MARK, YES_OR_NO } from '../store/replies.ts'
import { ask } from '../telling/trouble.ts'
import type { Computation, OwnTurn } from './compute.ts'
import { type Flight, isFenced } from './flight.ts'
import type { Identity } from './identity.ts'
import { wrote } from './outcome.ts'
import { done, isThenable, type Steps, wait } from './steps.ts'
import { leaveInReserve } from './succession.ts'
import { release, succeed } from './turn.ts'
import { written } from './written.ts'

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
    const stored = yield* write(plan, flight, lease, entry)
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
    const back = flight.succession?.lease
    if (back !== own) yield* release(plan, identity, back)
  }
}

/** Writes by the lease. One that was lost to a refresh may have come back meanwhile, since the refresh failed. */
function* write(plan: Plan, flight: Flight, lease: Lease<Mode> | undefined, entry: Entry): Steps<boolean | undefined> {
  if (lease === undefined) return yield* wait(set(plan, flight, entry))
  const publish = () => lease.publish(entry)
  const stored = yield* wait(ask<boolean | undefined>(plan, 'set', entry.hash, publish, undefined, YES_OR_NO))
  const back = flight.succession?.lease
  return stored === false && back !== undefined && back !== lease ? yield* write(plan, flight, back, entry) : stored
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
