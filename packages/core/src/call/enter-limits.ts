import { followsCalls } from '@persist/platform'
import type { Flight, RunLimit } from '../concurrency/flight.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import type { Call } from './call.ts'

/** The limits of a call: the limit of `f.many` and the limit of the function. Most calls have none. */
export function limitsOf(
  { limit: own }: Context,
  { limit: ofMany }: Pick<Call, 'limit'>,
): readonly RunLimit[] | undefined {
  if (ofMany === undefined) return own === undefined ? undefined : [own]
  return own === undefined ? [ofMany] : [ofMany, own]
}

/**
 * Takes a slot in each limit of a flight, and returns whether it had to wait. A sync call cannot wait. It runs without a
 * slot, since the run whose function made the call holds the last slot.
 */
export function* enterLimits(context: Context, flight: Flight): Steps<boolean> {
  let waited = false
  flight.slots = []
  for (const limit of flight.limits ?? []) {
    if (limit.isFull && !mayWait(context, limit)) continue
    const slot = limit.enter(flight)
    if (slot !== undefined) {
      waited = true
      yield* queued(context, limit, flight, slot)
    }
    flight.slots.push(limit)
  }
  return waited
}

/**
 * Waits for a slot. Where a call cannot be connected with the run that made it, the holder of the slot may wait for this
 * very run, so this run starts beyond the limit in the end.
 */
function* queued(context: Context, limit: RunLimit, flight: Flight, slot: Promise<void>): Steps<void> {
  if (followsCalls) return yield* wait(slot)
  const stop = context.runtime.later(context.waitTimeout, () => limit.admit(flight))
  try {
    yield* wait(slot)
  } finally {
    stop()
  }
}

function mayWait({ isAsync, observed }: Context, { holders }: RunLimit): boolean {
  if (isAsync || observed.promises) return true
  // A function that has returned but still runs has returned a promise.
  for (const { result } of holders) if (result !== undefined) return true
  return false
}
