import { until } from '../concurrency/abort-signals.ts'
import { enterFlight, type Flight, type FlightResult, leaveFlight } from '../concurrency/flight.ts'
import { Invocation, resume, type Steps } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { CacheKey } from './cache-key.ts'
import type { Call } from './call.ts'
import type { LookupResult } from './lookup.ts'
import { asCallerExpects } from './return-in-mode.ts'

/** A call that starts a flight, and what is known of it by then. */
export class FlightStart {
  readonly context: Context
  readonly call: Call
  readonly cacheKey: CacheKey
  readonly signals: readonly AbortSignal[]
  /** What the store had, where it has been asked. */
  readonly looked: LookupResult | PromiseLike<LookupResult> | undefined
  /** When the call began to wait, where it has waited for another flight. */
  readonly since: number | undefined

  constructor(
    context: Context,
    call: Call,
    cacheKey: CacheKey,
    signals: readonly AbortSignal[],
    looked?: LookupResult | PromiseLike<LookupResult>,
    since?: number,
  ) {
    this.context = context
    this.call = call
    this.cacheKey = cacheKey
    this.signals = signals
    this.looked = looked
    this.since = since
  }
}

/** How a call goes on. */
interface Continuation {
  readonly compute: (flight: Flight) => Steps<FlightResult>
  /** What the caller gets if its arguments changed before the function began. */
  readonly restart: () => unknown
}

/**
 * One call on its way, which stops where the user's function is to be called: {@link execute} goes on. Before `returned`, its
 * `result` is what the function returned.
 */
export abstract class Execution {
  /** The function to be called; `undefined` at the end, when `result` is what the caller gets. */
  fn: ((...args: never[]) => unknown) | undefined
  self: unknown
  args: unknown[] = []
  result: unknown

  /** The function has returned `result`. */
  abstract returned(): void

  /** The function has thrown. */
  abstract threw(error: unknown): void
}

/**
 * A call that starts a flight. It stops where the user's function is to be called, so that {@link execute} calls it with nothing else
 * on the stack: a recursive function has a level of ours for each level of its own, and can go a quarter as deep as
 * without persist only if that level is one small frame.
 */
export class FlightExecution extends Execution {
  readonly #start: FlightStart
  readonly #flight: Flight
  readonly #steps: Steps<FlightResult>
  readonly #follow: () => unknown

  constructor(start: FlightStart, ways: Continuation) {
    super()
    this.#start = start
    this.#follow = ways.restart
    this.#flight = start.context.flights.start(start.cacheKey.canonicalKey)
    this.#steps = ways.compute(this.#flight)
    this.#go(() => this.#steps.next())
  }

  returned(): void {
    leaveFlight(this.#flight)
    this.#go(() => this.#steps.next(this.result))
  }

  threw(error: unknown): void {
    leaveFlight(this.#flight)
    this.#go(() => this.#steps.throw(error))
  }

  #go(next: () => IteratorResult<unknown, FlightResult>): void {
    this.fn = undefined
    const { context } = this.#start
    try {
      const step = next()
      if (!step.done && step.value instanceof Invocation) this.#stopAt(step.value)
      else this.result = this.#landed(step.done ? step.value : resume(this.#steps, step.value))
    } catch (error) {
      context.flights.end(this.#flight)
      if (!context.isAsync) throw error
      this.result = Promise.reject(error)
    }
  }

  #stopAt({ fn, self, args }: Invocation): void {
    this.fn = fn
    this.self = self
    this.args = args
    enterFlight(this.#flight)
  }

  #landed(result: FlightResult | Promise<FlightResult>): unknown {
    const { context, signals } = this.#start
    const flight = this.#flight
    if (!isThenable(result)) {
      context.flights.end(flight)
      return asCallerExpects(context, result)
    }
    flight.result = result
    const end = () => context.flights.end(flight)
    result.then(end, end)
    return abortable(
      context,
      flight,
      signals,
      result.then(({ value, argumentsChanged }) => (argumentsChanged ? this.#follow() : value)),
    )
  }
}

/** Brings a call to its end. */
export function execute(execution: Execution): unknown {
  while (execution.fn !== undefined) {
    try {
      execution.result = Reflect.apply(execution.fn, execution.self, execution.args)
    } catch (error) {
      execution.threw(error)
      continue
    }
    execution.returned()
  }
  return execution.result
}

/** The result for one caller, who may leave. */
export function abortable(
  context: Context,
  flight: Flight,
  signals: readonly AbortSignal[],
  result: Promise<unknown>,
): Promise<unknown> {
  return signals.length === 0 ? result : until(result, signals, (reason) => context.flights.leave(flight, reason))
}
