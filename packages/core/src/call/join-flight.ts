import type { Flight, Landing } from '../concurrency/flight.ts'
import { join, RING } from '../concurrency/rings.ts'
import { within } from '../concurrency/timeout.ts'
import type { Plan } from '../context.ts'
import { answered } from '../runtime/answered.ts'
import { asError } from '../runtime/as-error.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { alone, plain } from './bypass.ts'
import type { Identity } from './cache-key.ts'
import type { Call } from './call.ts'
import { holdKey } from './create-entry.ts'
import { Course, Departure, fly, leaveable } from './execution.ts'
import { tellShared } from './serve.ts'
import { tellProblem } from './store-guard.ts'

/** How a call goes on whose wait for another one brought nothing. */
export interface Otherwise {
  /** From the beginning. */
  readonly again: (plan: Plan, call: Call) => unknown
  /** With a flight of its own. */
  readonly compute: (departure: Departure) => unknown
}

/** The same call is under way in this process. */
export function meet(
  plan: Plan,
  call: Call,
  identity: Identity,
  flight: Flight,
  signals: readonly AbortSignal[],
  otherwise: Otherwise,
): unknown {
  // Without a landing the function has not even returned: this call comes from inside of it.
  if (flight.landing === undefined) return alone(plan, call, identity)
  holdKey(plan, identity)
  holdKey(plan, identity)
  flight.waiters++
  return leaveable(plan, flight, signals, share(plan, call, identity, flight, signals, otherwise))
}

const OVERDUE: unique symbol = Symbol('overdue')

/** Waits for another call, as long as `waitTimeout`, and takes a copy of its result, since results may be changed. */
async function share(
  plan: Plan,
  call: Call,
  identity: Identity,
  flight: Flight,
  signals: readonly AbortSignal[],
  otherwise: Otherwise,
): Promise<unknown> {
  const { monotonic } = plan.surroundings
  const since = monotonic()
  const landing = await join(
    flight,
    within(flight.landing as Promise<Landing>, plan.waitTimeout, plan.surroundings, (): typeof OVERDUE => OVERDUE),
  )
  if (landing === RING) {
    const begun = alone(plan, call, identity)
    return begun instanceof Course ? fly(begun) : begun
  }
  if (landing === OVERDUE) {
    plan.reporter.tell('wait', { hash: identity.hash, waitedMs: monotonic() - since, outcome: 'timeout' })
    plan.flights.giveUpOn(flight)
    return otherwise.compute(new Departure(plan, call, identity, signals, undefined, since))
  }
  if (landing.strayed || isTooOld(plan, call, landing)) return otherwise.again(plan, call)
  const { value, payload } = landing
  if (!isChangeable(value)) return shared(plan, identity, value)
  // It was not stored, and cannot be copied.
  if (payload === undefined) return plain(plan, call)
  try {
    return shared(plan, identity, answered('unpickle', plan.unpickle(payload)))
  } catch (error) {
    tellProblem(plan, 'unpickle', identity.hash, asError(error))
    return otherwise.again(plan, call)
  }
}

function shared(plan: Plan, identity: Identity, value: unknown): unknown {
  tellShared(plan, identity)
  return value
}

function isTooOld(plan: Plan, call: Call, { createdAt }: Landing): boolean {
  return createdAt !== undefined && plan.surroundings.now() - createdAt > call.maxAge
}
