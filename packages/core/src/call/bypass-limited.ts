import type { Flight } from '../concurrency/flights.ts'
import { enterLimits, type Limit } from '../concurrency/limit.ts'
import { invoke, isThenable, run, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Plan } from '../context.ts'
import type { Call } from './get-or-compute.ts'

/** Calls the original within limits, and leaves the store alone. */
export function callLimited(plan: Plan, call: Call, limits: readonly Limit[]): unknown {
  const flight = plan.flights.start('', { joinable: false })
  flight.limits = limits
  const end = () => plan.flights.end(flight)
  let result: unknown
  try {
    result = run(steps(plan, call, flight))
  } catch (error) {
    end()
    throw error
  }
  if (!isThenable(result)) {
    end()
    return result
  }
  const ended = Promise.resolve(result).finally(end)
  flight.landing = ended.then(ignore, ignore)
  return ended
}

function* steps(plan: Plan, call: Call, flight: Flight): Steps<unknown> {
  yield* enterLimits(plan, flight)
  call.signal?.throwIfAborted()
  call.onRun?.()
  return yield* wait(yield* invoke(flight, plan.original, call.self, [...call.args]))
}

function ignore(): undefined {}
