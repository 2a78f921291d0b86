/**
 * A piece of work that is written once and runs in both colours: it yields what it may have to wait for. Over a
 * synchronous store nothing that it yields is a promise, and it ends at once.
 */
// biome-ignore lint/suspicious/noExplicitAny: what `next` brings in is typed where it is asked for, in `wait`
export type Steps<T> = Generator<unknown, T, any>

/** Waits for a reply that may be a promise. */
export function* wait<T>(reply: T | PromiseLike<T>): Steps<T> {
  return isThenable(reply) ? ((yield reply) as T) : reply
}

/** `true` once a reply without a value is there: a verb that is told from one that failed. */
export function done(reply: void | PromiseLike<void>): true | PromiseLike<true> {
  return isThenable(reply) ? reply.then(() => true as const) : true
}

/** Runs the steps: to their end at once if nothing has to be waited for, else as a promise. */
export function run<T>(steps: Steps<T>): T | Promise<T> {
  const first = steps.next()
  return first.done ? first.value : resume(steps, first.value)
}

/** Runs the steps in a colour decided beforehand: an asynchronous one never throws and never answers at once. */
export function perform<T>(isAsync: boolean, begin: () => Steps<T>): T | Promise<T> {
  if (!isAsync) return run(begin())
  try {
    return Promise.resolve(run(begin()))
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Whether it has a `then`, as everything that `await` would wait for has. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    (typeof value === 'object' || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

async function resume<T>(steps: Steps<T>, pending: unknown): Promise<T> {
  for (let waitFor = pending; ; ) {
    const step = await settled(waitFor).then(
      (value) => steps.next(value),
      (error) => steps.throw(error),
    )
    if (step.done) return step.value
    waitFor = step.value
  }
}

/** `await` and `.then` with two arms differ: an arm that throws must not run the other one. */
function settled(value: unknown): Promise<unknown> {
  return Promise.resolve(value)
}
