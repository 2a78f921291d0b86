import type { Lease, Mode } from '@persist/store'
import type { Plan } from '../plan/plan.ts'
import { argumentsAsTheyAre } from './arguments.ts'
import type { Call } from './call.ts'
import { type Flight, type Landing, leaveLimits } from './flight.ts'
import { hasStrayed, type Identity, isChangeable } from './identity.ts'
import { tellRecursion } from './outcome.ts'
import { publish, tagMark } from './publish.ts'
import { record } from './record.ts'
import { signalOf, withSignal } from './signals.ts'
import { invoke, isThenable, type Steps, wait } from './steps.ts'
import { handBack, type Succession } from './succession.ts'
import { sharedTimeOf } from './took.ts'
import { keepAlive, type Turn, throwIfLeft } from './turn.ts'

/** One call that may have to compute. */
export interface Computation {
  readonly plan: Plan
  readonly call: Call
  readonly identity: Identity
  readonly flight: Flight
}

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
