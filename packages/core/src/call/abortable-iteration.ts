import { until } from '../concurrency/abort-signals.ts'
import { throwIfAborted } from '../runtime/signal.ts'

/** An iteration that its consumer leaves when the signal aborts. A step that is running then is not awaited. */
export async function* abortableIteration(
  iteration: AsyncGenerator<unknown>,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  throwIfAborted(signal)
  let next = iteration.next()
  try {
    for (;;) {
      const step = await until(next, [signal], () => {})
      if (step.done) return step.value
      try {
        const request: unknown = yield step.value
        throwIfAborted(signal)
        next = iteration.next(request)
      } catch (error) {
        if (signal.aborted) throw error
        next = iteration.throw(error)
      }
    }
  } finally {
    const stopped = iteration.return(undefined)
    if (signal.aborted) stopped.catch(() => {})
    else await stopped
  }
}
