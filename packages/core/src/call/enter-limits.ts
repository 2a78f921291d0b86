import type { Flight, RunLimit } from '../concurrency/flight.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import type { Call } from './call.ts'

/** The limits that a call has to keep: that of `f.many`, and that of the function. Most have none. */
export function limitsOf(
  { limit: own }: Context,
  { limit: ofMany }: Pick<Call, 'limit'>,
): readonly RunLimit[] | undefined {
  if (ofMany === undefined) return own === undefined ? undefined : [own]
  return own === undefined ? [ofMany] : [ofMany, own]
}

/**
 * Takes a place in each limit of a flight. The answer is whether it had to wait. A call that answers at once cannot wait: it
 * goes on without a place, since it is the run in whose function it was made that holds the last one.
 */
export function* enterLimits(context: Context, flight: Flight): Steps<boolean> {
  let waited = false
  flight.places = []
  for (const limit of flight.limits ?? []) {
    if (limit.isFull && !mayWait(context, limit)) continue
    const place = limit.enter(flight)
    if (place !== undefined) {
      waited = true
      yield* wait(place)
    }
    flight.places.push(limit)
  }
  return waited
}

function mayWait({ isAsync, observed }: Context, { holders }: RunLimit): boolean {
  if (isAsync || observed.promises) return true
  // A function that is still running, though it has come back, has answered with a promise.
  for (const { result } of holders) if (result !== undefined) return true
  return false
}
