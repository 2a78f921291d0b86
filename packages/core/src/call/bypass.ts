import { until } from '../concurrency/abort-signals.ts'
import type { Flight, RunLimit } from '../concurrency/flight.ts'
import { invoke, run, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { CacheKey } from './cache-key.ts'
import type { Call } from './call.ts'
import { enterLimits, limitsOf } from './enter-limits.ts'
import { Execution, execute } from './execution.ts'
import { reportRecursion } from './serve.ts'

/** Calls the original, sync or async as the persisted function, and leaves the store alone. */
export function bypass(context: Context, call: Call): unknown {
  const begun = startBypass(context, call)
  return begun instanceof Execution ? execute(begun) : begun
}

/** As {@link bypass}, but a call that has to wait for nothing comes back as a {@link Execution}, for the caller to run it. */
export function startBypass(context: Context, call: Call): unknown {
  if (context.streams) return context.original.apply(call.self, [...call.args])
  try {
    call.signal?.throwIfAborted()
    const limits = limitsOf(context, call)
    return limits === undefined
      ? new BypassExecution(context, call)
      : settled(context, call, callLimited(context, call, limits))
  } catch (error) {
    if (context.isAsync) return Promise.reject(error)
    throw error
  }
}

/** A call of the original alone, with one small frame of ours on the stack. */
class BypassExecution extends Execution {
  readonly #context: Context
  readonly #call: Call

  constructor(context: Context, call: Call) {
    super()
    this.#context = context
    this.#call = call
    call.onRun?.()
    this.fn = context.original
    this.self = call.self
    this.args = [...call.args]
  }

  returned(): void {
    this.fn = undefined
    this.result = settled(this.#context, this.#call, this.result)
  }

  threw(error: unknown): void {
    this.fn = undefined
    if (!this.#context.isAsync) throw error
    this.result = Promise.reject(error)
  }
}

function settled(context: Context, call: Call, result: unknown): unknown {
  if (!isThenable(result)) return context.isAsync ? Promise.resolve(result) : result
  // The function sees the signal among its arguments itself.
  if (call.signal !== undefined) return until(result, [call.signal], () => {})
  return context.adapter.mode === 'async' ? Promise.resolve(result) : result
}

/** The function called itself with its own key: the outermost call stores. */
export function bypassRecursion(context: Context, call: Call, cacheKey: CacheKey): unknown {
  reportRecursion(context, cacheKey)
  return startBypass(context, call)
}

/** Calls the original within limits, and leaves the store alone. */
function callLimited(context: Context, call: Call, limits: readonly RunLimit[]): unknown {
  const flight = context.flights.start('', { joinable: false })
  flight.limits = limits
  const end = () => context.flights.end(flight)
  let result: unknown
  try {
    result = run(limitedSteps(context, call, flight))
  } catch (error) {
    end()
    throw error
  }
  if (!isThenable(result)) {
    end()
    return result
  }
  const ended = Promise.resolve(result).finally(end)
  flight.result = ended.then(ignore, ignore)
  return ended
}

function* limitedSteps(context: Context, call: Call, flight: Flight): Steps<unknown> {
  yield* enterLimits(context, flight)
  call.signal?.throwIfAborted()
  call.onRun?.()
  return yield* wait(yield* invoke(flight, context.original, call.self, [...call.args]))
}

function ignore(): undefined {}
