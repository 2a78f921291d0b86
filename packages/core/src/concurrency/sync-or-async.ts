import { isThenable } from '../runtime/thenable.ts'
import { type Flight, runInFlight } from './flight.ts'

/**
 * Work that is written once for sync and async stores. It yields every value that may be a promise. Over a sync store none
 * is, so it runs to its end without a pause.
 */
// biome-ignore lint/suspicious/noExplicitAny: `wait` types the value that `next` passes in
export type Steps<T> = Generator<unknown, T, any>

/**
 * A call of the user's function, which the steps yield to {@link run}. While the function runs, the steps are not on the
 * stack, so that a recursive function can recurse nearly as deep as without persist.
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

/** Calls the user's function and returns its result unchanged, without waiting for a promise. */
export function* invoke(
  flight: Flight,
  fn: (...args: never[]) => unknown,
  self: unknown,
  args: unknown[],
): Steps<unknown> {
  return yield new Invocation(flight, fn, self, args)
}

/** Turns a reply without a value into `true`, so that it differs from the fallback of a failed store call. */
export function done(reply: void | PromiseLike<void>): true | PromiseLike<true> {
  return isThenable(reply) ? reply.then(() => true as const) : true
}

/** Runs the steps to their end. Returns a promise only if a step has to wait. */
export function run<T>(steps: Steps<T>): T | Promise<T> {
  let step = steps.next()
  while (!step.done && step.value instanceof Invocation) step = proceed(steps, step.value)
  return step.done ? step.value : resume(steps, step.value)
}

/** Runs the steps. If `isAsync`, always returns a promise and never throws. */
export function perform<T>(isAsync: boolean, begin: () => Steps<T>): T | Promise<T> {
  if (!isAsync) return run(begin())
  try {
    return Promise.resolve(run(begin()))
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Runs the steps on from a point where one has to wait. */
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

/** Passes a settled value to the steps. One `then` with both handlers: a handler that throws must not run the other. */
function continued<T>(steps: Steps<T>, value: unknown): Promise<IteratorResult<unknown, T>> {
  return Promise.resolve(value).then(
    (reply) => steps.next(reply),
    (error) => steps.throw(error),
  )
}
