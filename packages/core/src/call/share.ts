import type { Plan } from '../plan/plan.ts'
import { tellProblem } from '../telling/trouble.ts'
import { alone, answer, type Call, take } from './call.ts'
import { Course, Departure, fly, leaveable } from './course.ts'
import type { Flight, Landing } from './flight.ts'
import { type Identity, isChangeable } from './identity.ts'
import { tellShared } from './outcome.ts'
import { plain } from './plain.ts'
import { asError } from './recall.ts'
import { answered, holdKey } from './record.ts'
import { join, RING } from './rings.ts'
import { within } from './within.ts'

/** The same call is under way in this process. */
export function meet(
  plan: Plan,
  call: Call,
  identity: Identity,
  flight: Flight,
  signals: readonly AbortSignal[],
): unknown {
  // Without a landing the function has not even returned: this call comes from inside of it.
  if (flight.landing === undefined) return alone(plan, call, identity)
  holdKey(plan, identity)
  flight.waiters++
  return leaveable(plan, flight, signals, share(plan, call, identity, flight, signals))
}

const OVERDUE: unique symbol = Symbol('overdue')

/** Waits for another call, as long as `waitTimeout`, and takes a copy of its result, since results may be changed. */
async function share(
  plan: Plan,
  call: Call,
  identity: Identity,
  flight: Flight,
  signals: readonly AbortSignal[],
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
    return take(new Departure(plan, call, identity, signals, undefined, since))
  }
  if (landing.strayed || isTooOld(plan, call, landing)) return answer(plan, call)
  const { value, payload } = landing
  if (!isChangeable(value)) return shared(plan, identity, value)
  // It was not stored, and cannot be copied.
  if (payload === undefined) return plain(plan, call)
  try {
    return shared(plan, identity, answered('unpickle', plan.unpickle(payload)))
  } catch (error) {
    tellProblem(plan, 'unpickle', identity.hash, asError(error))
    return answer(plan, call)
  }
}

function shared(plan: Plan, identity: Identity, value: unknown): unknown {
  tellShared(plan, identity)
  return value
}

function isTooOld(plan: Plan, call: Call, { createdAt }: Landing): boolean {
  return createdAt !== undefined && plan.surroundings.now() - createdAt > call.maxAge
}
