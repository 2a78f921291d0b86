import { until } from '../concurrency/abort-signals.ts'
import { enter, type Flight, type Landing, leave } from '../concurrency/flight.ts'
import { Invocation, resume, type Steps } from '../concurrency/sync-or-async.ts'
import type { Plan } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Identity } from './cache-key.ts'
import type { Call } from './call.ts'
import type { Recalled } from './lookup.ts'
import { inItsWay } from './return-in-mode.ts'

/** A call that starts a flight, and what is known of it by then. */
export class Departure {
  readonly plan: Plan
  readonly call: Call
  readonly identity: Identity
  readonly signals: readonly AbortSignal[]
  /** What the store had, where it has been asked. */
  readonly looked: Recalled | PromiseLike<Recalled> | undefined
  /** When the call began to wait, where it has waited for another flight. */
  readonly since: number | undefined

  constructor(
    plan: Plan,
    call: Call,
    identity: Identity,
    signals: readonly AbortSignal[],
    looked?: Recalled | PromiseLike<Recalled>,
    since?: number,
  ) {
    this.plan = plan
    this.call = call
    this.identity = identity
    this.signals = signals
    this.looked = looked
    this.since = since
  }
}

/** How a call goes on. */
interface Ways {
  readonly story: (flight: Flight) => Steps<Landing>
  /** What the caller gets if its arguments changed before the function began. */
  readonly follow: () => unknown
}

/**
 * One call on its way, which stops where the user's function is to be called: {@link fly} goes on. Before `returned`, its
 * `result` is what the function returned.
 */
export abstract class Course {
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
 * A call that starts a flight. It stops where the user's function is to be called, so that {@link fly} calls it with nothing else
 * on the stack: a recursive function has a level of ours for each level of its own, and can go a quarter as deep as
 * without persist only if that level is one small frame.
 */
export class FlightCourse extends Course {
  readonly #departure: Departure
  readonly #flight: Flight
  readonly #steps: Steps<Landing>
  readonly #follow: () => unknown

  constructor(departure: Departure, ways: Ways) {
    super()
    this.#departure = departure
    this.#follow = ways.follow
    this.#flight = departure.plan.flights.start(departure.identity.text)
    this.#steps = ways.story(this.#flight)
    this.#go(() => this.#steps.next())
  }

  returned(): void {
    leave(this.#flight)
    this.#go(() => this.#steps.next(this.result))
  }

  threw(error: unknown): void {
    leave(this.#flight)
    this.#go(() => this.#steps.throw(error))
  }

  #go(next: () => IteratorResult<unknown, Landing>): void {
    this.fn = undefined
    const { plan } = this.#departure
    try {
      const step = next()
      if (!step.done && step.value instanceof Invocation) this.#stopAt(step.value)
      else this.result = this.#landed(step.done ? step.value : resume(this.#steps, step.value))
    } catch (error) {
      plan.flights.end(this.#flight)
      if (!plan.isAsync) throw error
      this.result = Promise.reject(error)
    }
  }

  #stopAt({ fn, self, args }: Invocation): void {
    this.fn = fn
    this.self = self
    this.args = args
    enter(this.#flight)
  }

  #landed(landing: Landing | Promise<Landing>): unknown {
    const { plan, signals } = this.#departure
    const flight = this.#flight
    if (!isThenable(landing)) {
      plan.flights.end(flight)
      return inItsWay(plan, landing)
    }
    flight.landing = landing
    const end = () => plan.flights.end(flight)
    landing.then(end, end)
    return leaveable(
      plan,
      flight,
      signals,
      landing.then(({ value, strayed }) => (strayed ? this.#follow() : value)),
    )
  }
}

/** Brings a call to its end. */
export function fly(course: Course): unknown {
  while (course.fn !== undefined) {
    try {
      course.result = Reflect.apply(course.fn, course.self, course.args)
    } catch (error) {
      course.threw(error)
      continue
    }
    course.returned()
  }
  return course.result
}

/** The result for one caller, who may leave. */
export function leaveable(
  plan: Plan,
  flight: Flight,
  signals: readonly AbortSignal[],
  result: Promise<unknown>,
): Promise<unknown> {
  return signals.length === 0 ? result : until(result, signals, (reason) => plan.flights.leave(flight, reason))
}
