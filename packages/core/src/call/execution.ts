import { enterFlight, type Flight, type FlightResult, leaveFlight } from '../concurrency/flight.ts'
import { requireStackRoom } from '../concurrency/stack-room.ts'
import { Invocation, resume, type Steps } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import { tracing } from '../trace/tracing.ts'
import type { CacheKey } from './cache-key.ts'
import type { Call } from './call.ts'
import type { LookupResult } from './lookup-result.ts'
import { noteFailure, untilAborted } from './note-call.ts'
import { asCallerExpects } from './return-in-mode.ts'
import { notifyWaitUntil } from './wait-until.ts'

/** A call that starts a flight, with the facts known so far. */
export class FlightStart {
  readonly context: Context
  readonly call: Call
  readonly cacheKey: CacheKey
  readonly signals: readonly AbortSignal[]
  /** The result of the lookup, if the store has been called. */
  readonly lookupResult: LookupResult | PromiseLike<LookupResult> | undefined
  /** When the wait of the call began, if it has waited for another flight. */
  readonly since: number | undefined

  constructor(
    context: Context,
    call: Call,
    cacheKey: CacheKey,
    signals: readonly AbortSignal[],
    lookupResult?: LookupResult | PromiseLike<LookupResult>,
    since?: number,
  ) {
    this.context = context
    this.call = call
    this.cacheKey = cacheKey
    this.signals = signals
    this.lookupResult = lookupResult
    this.since = since
  }
}

/** The parts of a call that run in its flight and after it. */
interface Continuation {
  readonly compute: (flight: Flight) => Steps<FlightResult>
  /** Replaces the result if the arguments changed before the function began. */
  readonly restart: () => unknown
}

/**
 * A call that pauses before each call of the user's function; {@link execute} resumes it. When `returned` is called,
 * `result` holds the value that the function returned.
 */
export abstract class Execution {
  /** The function to call next; `undefined` at the end, when `result` is the result for the caller. */
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
 * A call that starts a flight. It pauses before the user's function, so that {@link execute} calls the function with nothing
 * else on the stack. A recursive function adds one such frame for each level of its own; only because the frame is small, it
 * can go a quarter as deep as without persist.
 */
export class FlightExecution extends Execution {
  readonly #start: FlightStart
  readonly #flight: Flight
  readonly #steps: Steps<FlightResult>
  readonly #restart: () => unknown

  /** @throws RangeError if the stack is nearly full. */
  constructor(start: FlightStart, { compute, restart }: Continuation) {
    super()
    requireStackRoom()
    this.#start = start
    this.#restart = restart
    this.#flight = start.context.flights.start(start.cacheKey.canonicalKey)
    if (start.call.isCheck) this.#flight.isCheck = true
    if (start.cacheKey.reads !== undefined) this.#flight.keyReads = start.cacheKey.reads
    this.#steps = compute(this.#flight)
    this.#advance(() => this.#steps.next())
  }

  returned(): void {
    leaveFlight(this.#flight)
    this.#advance(() => this.#steps.next(this.result))
  }

  threw(error: unknown): void {
    leaveFlight(this.#flight)
    this.#advance(() => this.#steps.throw(error))
  }

  #advance(next: () => IteratorResult<unknown, FlightResult>): void {
    this.fn = undefined
    const { context } = this.#start
    try {
      const step = next()
      if (!step.done && step.value instanceof Invocation) this.#pauseAt(step.value)
      else this.result = this.#settle(step.done ? step.value : resume(this.#steps, step.value))
    } catch (error) {
      this.#fail()
      if (!context.isAsync) throw error
      this.result = Promise.reject(error)
    }
  }

  #pauseAt({ fn, self, args }: Invocation): void {
    this.fn = enterFlight(this.#flight, fn)
    this.self = self
    this.args = args
  }

  #settle(result: FlightResult | Promise<FlightResult>): unknown {
    const { context, signals } = this.#start
    const flight = this.#flight
    if (!isThenable(result)) {
      context.flights.end(flight)
      return result.argumentsChanged ? this.#restart() : asCallerExpects(context, result)
    }
    flight.result = result
    const end = () => context.flights.end(flight)
    result.then(end, () => this.#fail())
    return abortable(
      context,
      flight,
      signals,
      result.then(({ value, argumentsChanged }) => (argumentsChanged ? this.#restart() : value)),
    )
  }

  #fail(): void {
    const { context } = this.#start
    if (tracing.active > 0) noteFailure(context, this.#flight.left?.reason, this.#flight.parent)
    context.flights.end(this.#flight)
  }
}

/** Runs a call to its end. */
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

/** Runs a call that was started to its end. If it needed no run, `started` is its result already. */
export function runToEnd(started: unknown): unknown {
  return started instanceof Execution ? execute(started) : started
}

/** The result for one caller, whose signals end its wait for the flight, if it is still counted there. */
export function abortable(
  context: Context,
  flight: Flight,
  signals: readonly AbortSignal[],
  result: Promise<unknown>,
  wait?: { isCounted: boolean },
): Promise<unknown> {
  if (signals.length === 0) return result
  return untilAborted(context, result, signals, (reason) => {
    if (wait?.isCounted === false) return
    if (wait !== undefined) wait.isCounted = false
    leave(context, flight, reason)
  })
}

/** Leaves a flight. Without callers it may still run, and store its result, when the host stops the process. */
function leave(context: Context, flight: Flight, reason: unknown): void {
  const { result } = flight
  context.flights.leave(flight, reason)
  if (flight.left !== undefined && result !== undefined) notifyWaitUntil(context, result.then(ignore, ignore))
}

function ignore(): void {}
