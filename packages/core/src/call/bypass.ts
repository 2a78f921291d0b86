import { until } from '../concurrency/abort-signals.ts'
import type { Flight, RunLimit } from '../concurrency/flight.ts'
import { invoke, run, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Plan } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Identity } from './cache-key.ts'
import type { Call } from './call.ts'
import { enterLimits, limitsOf } from './enter-limits.ts'
import { Course, fly } from './execution.ts'
import { tellRecursion } from './serve.ts'

/** Calls the original, sync or async as the persisted function, and leaves the store alone. */
export function plain(plan: Plan, call: Call): unknown {
  const begun = beginPlain(plan, call)
  return begun instanceof Course ? fly(begun) : begun
}

/** As {@link plain}, but a call that has to wait for nothing comes back as a {@link Course}, for the caller to run it. */
export function beginPlain(plan: Plan, call: Call): unknown {
  if (plan.streams) return plan.original.apply(call.self, [...call.args])
  try {
    call.signal?.throwIfAborted()
    const limits = limitsOf(plan, call)
    return limits === undefined ? new PlainCourse(plan, call) : settled(plan, call, callLimited(plan, call, limits))
  } catch (error) {
    if (plan.isAsync) return Promise.reject(error)
    throw error
  }
}

/** A call of the original alone, with one small frame of ours on the stack. */
class PlainCourse extends Course {
  readonly #plan: Plan
  readonly #call: Call

  constructor(plan: Plan, call: Call) {
    super()
    this.#plan = plan
    this.#call = call
    call.onRun?.()
    this.fn = plan.original
    this.self = call.self
    this.args = [...call.args]
  }

  returned(): void {
    this.fn = undefined
    this.result = settled(this.#plan, this.#call, this.result)
  }

  threw(error: unknown): void {
    this.fn = undefined
    if (!this.#plan.isAsync) throw error
    this.result = Promise.reject(error)
  }
}

function settled(plan: Plan, call: Call, result: unknown): unknown {
  if (!isThenable(result)) return plan.isAsync ? Promise.resolve(result) : result
  // The function sees the signal among its arguments itself.
  if (call.signal !== undefined) return until(result, [call.signal], () => {})
  return plan.adapter.mode === 'async' ? Promise.resolve(result) : result
}

/** The function called itself with its own key: the outermost call stores. */
export function alone(plan: Plan, call: Call, identity: Identity): unknown {
  tellRecursion(plan, identity)
  return beginPlain(plan, call)
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
