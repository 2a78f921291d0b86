import { throwIfAborted, until } from '../concurrency/abort-signals.ts'
import type { Flight, RunLimit } from '../concurrency/flight.ts'
import { invoke, run, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Plan } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Identity } from './cache-key.ts'
import { type Call, NO_SIGNALS } from './call.ts'
import { enterLimits, limitsOf } from './enter-limits.ts'
import { tellRecursion } from './serve.ts'

/** Calls the original, sync or async as the persisted function, and leaves the store alone. */
export function plain(plan: Plan, call: Call): unknown {
  if (plan.streams) return plan.original.apply(call.self, [...call.args])
  try {
    // The function sees the signal among its arguments itself.
    const signals = call.signal === undefined ? NO_SIGNALS : [call.signal]
    throwIfAborted(signals)
    const limits = limitsOf(plan, call)
    const result = limits === undefined ? callOriginal(plan, call) : callLimited(plan, call, limits)
    if (!isThenable(result)) return plan.isAsync ? Promise.resolve(result) : result
    if (signals.length > 0) return until(result, signals, () => {})
    return plan.adapter.mode === 'async' ? Promise.resolve(result) : result
  } catch (error) {
    if (plan.isAsync) return Promise.reject(error)
    throw error
  }
}

function callOriginal(plan: Plan, call: Call): unknown {
  call.onRun?.()
  return Reflect.apply(plan.original, call.self, [...call.args])
}

/** The function called itself with its own key: the outermost call stores. */
export function alone(plan: Plan, call: Call, identity: Identity): unknown {
  tellRecursion(plan, identity)
  return plain(plan, call)
}

/** Calls the original within limits, and leaves the store alone. */
function callLimited(plan: Plan, call: Call, limits: readonly RunLimit[]): unknown {
  const flight = plan.flights.start('', { joinable: false })
  flight.limits = limits
  const end = () => plan.flights.end(flight)
  let result: unknown
  try {
    result = run(limitedSteps(plan, call, flight))
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

function* limitedSteps(plan: Plan, call: Call, flight: Flight): Steps<unknown> {
  yield* enterLimits(plan, flight)
  call.signal?.throwIfAborted()
  call.onRun?.()
  return yield* wait(yield* invoke(flight, plan.original, call.self, [...call.args]))
}

function ignore(): undefined {}
