import type { Entry } from '@persist/store'
import type { Plan } from '../plan/plan.ts'
import { ask } from '../telling/trouble.ts'
import type { Call } from './call.ts'
import { type Flight, fly, type Landing } from './flight.ts'
import type { Identity } from './identity.ts'
import { wrote } from './outcome.ts'
import { record } from './record.ts'
import { signalOf, withSignal } from './signals.ts'
import { done, isThenable, type Steps, wait } from './steps.ts'
import { keepAlive, release, type Turn } from './turn.ts'

/** One call that may have to compute. */
export interface Computation {
  readonly plan: Plan
  readonly call: Call
  readonly identity: Identity
  readonly flight: Flight
}

/** Runs the function, stores what it brings, and gives the lease back whatever happens. */
export function* compute(
  computation: Computation,
  turn: Exclude<Turn, { kind: 'hit' }>,
  pickledKey: string | undefined,
): Steps<Landing> {
  const { plan, call, identity, flight } = computation
  const lease = turn.kind === 'mine' ? turn.lease : undefined
  const began = plan.surroundings.monotonic()
  let stop = () => {}
  let value: unknown
  let promised = false
  try {
    const result = fly(flight, () => plan.whole.apply(call.self, ownArguments(computation)))
    promised = isThenable(result)
    if (promised) stop = keepAlive(plan, lease)
    value = yield* wait(result)
  } catch (error) {
    stop()
    tellComputed(plan, identity, began, true)
    yield* release(plan, identity, lease)
    throw error
  }
  stop()
  const durationMs = tellComputed(plan, identity, began, false)
  const args = plan.isMethod ? [call.self, ...call.args] : call.args
  const entry = record(plan, identity, { value, args, durationMs, promised, pickledKey })
  if (entry === undefined) yield* release(plan, identity, lease)
  else yield* publish(computation, turn, entry, value)
  return { value, promised, ...(entry !== undefined && { payload: entry.payload }) }
}

/** Puts the entry in the store: by the lease where there is one, and not at all if it was overtaken. */
export function* publish(
  { plan, identity, flight }: Computation,
  turn: Exclude<Turn, { kind: 'hit' }>,
  entry: Entry,
  value: unknown,
): Steps<void> {
  const { hash, text } = identity
  if (turn.kind === 'timeout') return plan.reporter.tell('skip', { hash, reason: 'timeout' })
  const { lease } = turn
  if (flight.fenced) {
    yield* release(plan, identity, lease)
    return plan.reporter.tell('skip', { hash, reason: 'fenced' })
  }
  const stored = yield* wait(
    ask<boolean | undefined>(
      plan,
      'set',
      hash,
      () => (lease === undefined ? done(plan.store.set(entry)) : lease.publish(entry)),
      undefined,
    ),
  )
  if (stored === false) plan.reporter.tell('skip', { hash, reason: 'fenced' })
  if (stored !== true) return
  if (!flight.fenced) plan.memory?.hold(text, entry, value)
  wrote(plan, entry)
}

/** A copy, so that `arguments` of the function is its own; with a signal that is the flight's, not one caller's. */
export function ownArguments({ call, flight }: Pick<Computation, 'call' | 'flight'>): unknown[] {
  if (signalOf(call.args) === undefined) return [...call.args]
  flight.abort ??= new AbortController()
  return withSignal(call.args, flight.abort.signal)
}

function tellComputed(plan: Plan, identity: Identity, began: number, failed: boolean): number {
  const durationMs = plan.surroundings.monotonic() - began
  if (plan.reporter.hears('compute')) plan.reporter.tell('compute', { hash: identity.hash, durationMs, failed })
  return durationMs
}
