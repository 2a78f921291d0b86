import { PickleError } from '@persist/errors'
import type { AnyFunction } from '../types/functions.ts'

/**
 * An async generator as a function that answers with all that it yields. A generator may yield one object again and again,
 * with other contents each time, so `copy` is taken of each chunk when it comes.
 */
export function collecting(generator: AnyFunction, copy: (chunk: unknown) => unknown): AnyFunction {
  return async function (this: unknown, ...args) {
    const iteration = generator.apply(this, args) as AsyncGenerator
    const chunks: unknown[] = []
    for (;;) {
      const step = await iteration.next()
      if (step.done) return replayable(chunks, step.value)
      chunks.push(copy(step.value))
    }
  }
}

/** The chunks, if there is nothing besides them: a replay could not bring back anything else. */
export function replayable(chunks: unknown[], returned: unknown): unknown[] {
  if (returned === undefined) return chunks
  throw new PickleError('what a generator returns, besides what it yields, cannot be replayed', '$')
}
