import type { Flight, RunLimit } from '../concurrency/flight.ts'
import { invoke, run, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { throwIfAborted } from '../runtime/signal.ts'
import { isThenable } from '../runtime/thenable.ts'
import { abortableIteration } from './abortable-iteration.ts'
import type { CacheKey } from './cache-key.ts'
import type { Call } from './call.ts'
import { enterLimits, limitsOf } from './enter-limits.ts'
import { Execution, runToEnd } from './execution.ts'
import { throwIfAnyAborted, untilAborted } from './note-call.ts'
import { reportRecursion } from './serve.ts'

/** Calls the original without the store, sync or async as the persisted function. */
export function bypass(context: Context, call: Call): unknown {
  return runToEnd(startBypass(context, call))
}

/** Like {@link bypass}, but returns a call that need not wait as an {@link Execution}, which the caller runs. */
export function startBypass(context: Context, call: Call): unknown {
  if (context.streams) return startIteration(context, call)
  try {
    if (call.signal !== undefined) throwIfAnyAborted(context, [call.signal])
    const limits = limitsOf(context, call)
    return limits === undefined
      ? new BypassExecution(context, call)
      : inMode(context, call, callLimited(context, call, limits))
  } catch (error) {
    if (context.isAsync) return Promise.reject(error)
    throw error
  }
}

function startIteration({ original }: Context, { self, args, signal }: Call): AsyncGenerator<unknown> {
  const iteration = original.apply(self, [...args]) as AsyncGenerator<unknown>
  return signal === undefined ? iteration : abortableIteration(iteration, signal)
}

/** A call of the original that adds one small frame to the stack. */
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
    this.result = inMode(this.#context, this.#call, this.result)
  }

  threw(error: unknown): void {
    this.fn = undefined
    if (!this.#context.isAsync) throw error
    this.result = Promise.reject(error)
  }
}

function inMode(context: Context, call: Call, result: unknown): unknown {
  if (!isThenable(result)) return context.isAsync ? Promise.resolve(result) : result
  // The function receives a signal among its arguments itself.
  if (call.signal !== undefined) return untilAborted(context, result, [call.signal], () => {})
  return context.adapter.mode === 'async' ? Promise.resolve(result) : result
}

/** Runs a function that called itself with its own key: the outermost call stores. */
export function bypassRecursion(context: Context, call: Call, cacheKey: CacheKey): unknown {
  reportRecursion(context, cacheKey)
  return startBypass(context, call)
}

/** Calls the original within limits, without the store. */
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
  throwIfAborted(call.signal)
  call.onRun?.()
  return yield* wait(yield* invoke(flight, context.original, call.self, [...call.args]))
}

function ignore(): undefined {}
