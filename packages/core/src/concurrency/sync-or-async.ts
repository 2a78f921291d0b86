import { isThenable } from '../runtime/thenable.ts'
import { type Flight, runInFlight } from './flight.ts'

/**
 * A piece of work that is written once and runs both ways: it yields what it may have to wait for. Over a synchronous
 * store nothing that it yields is a promise, and it ends at once.
 */
// biome-ignore lint/suspicious/noExplicitAny: what `next` brings in is typed where it is asked for, in `wait`
export type Steps<T> = Generator<unknown, T, any>

/**
 * The call of the user's function, which the steps yield to {@link run}. While the function runs, its steps are not on the
 * stack, so that a recursive function can go nearly as deep as without persist.
 */
export class Invocation {
  readonly flight: Flight
  readonly fn: (...args: never[]) => unknown
  readonly self: unknown
  readonly args: unknown[]

  constructor(flight: Flight, fn: (...args: never[]) => unknown, self: unknown, args: unknown[]) {
    this.flight = flight
    this.fn = fn
    this.self = self
    this.args = args
  }
}

/** Waits for a reply that may be a promise. */
export function* wait<T>(reply: T | PromiseLike<T>): Steps<T> {
  return isThenable(reply) ? ((yield reply) as T) : reply
}

/** Calls the user's function, and gives what it returns as it is: a promise is not waited for. */
export function* invoke(
  flight: Flight,
  fn: (...args: never[]) => unknown,
  self: unknown,
  args: unknown[],
): Steps<unknown> {
  return yield new Invocation(flight, fn, self, args)
}

/** `true` once a reply without a value is there: tells a verb that succeeded from one that failed. */
export function done(reply: void | PromiseLike<void>): true | PromiseLike<true> {
  return isThenable(reply) ? reply.then(() => true as const) : true
}

/** Runs the steps: to their end at once if nothing has to be waited for, else as a promise. */
export function run<T>(steps: Steps<T>): T | Promise<T> {
  let step = steps.next()
  while (!step.done && step.value instanceof Invocation) step = proceed(steps, step.value)
  return step.done ? step.value : resume(steps, step.value)
}

/** Runs the steps sync or async, as decided beforehand: async never throws and never answers at once. */
export function perform<T>(isAsync: boolean, begin: () => Steps<T>): T | Promise<T> {
  if (!isAsync) return run(begin())
  try {
    return Promise.resolve(run(begin()))
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Runs the steps from a point on where something has to be waited for. */
export async function resume<T>(steps: Steps<T>, pending: unknown): Promise<T> {
  for (let waitFor = pending; ; ) {
    const step = await (waitFor instanceof Invocation ? proceed(steps, waitFor) : continued(steps, waitFor))
    if (step.done) return step.value
    waitFor = step.value
  }
}

function proceed<T>(steps: Steps<T>, { flight, fn, self, args }: Invocation): IteratorResult<unknown, T> {
  let result: unknown
  try {
    result = runInFlight(flight, () => Reflect.apply(fn, self, args))
  } catch (error) {
    return steps.throw(error)
  }
  return steps.next(result)
}

/** `await` and `.then` with two arms differ: an arm that throws must not run the other one. */
function continued<T>(steps: Steps<T>, value: unknown): Promise<IteratorResult<unknown, T>> {
  return Promise.resolve(value).then(
    (reply) => steps.next(reply),
    (error) => steps.throw(error),
  )
}
