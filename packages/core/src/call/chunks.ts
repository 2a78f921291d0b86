import { PickleError } from '@persist/errors'
import type { AnyFunction } from '../types/functions.ts'

/**
 * Turns an async generator into a function that resolves to the list of its chunks. Each chunk is copied when it is yielded,
 * since a generator may yield one object several times with different contents.
 */
export function collecting(generator: AnyFunction, copy: (chunk: unknown) => unknown): AnyFunction {
  return async function (this: unknown, ...args) {
    const iteration = generator.apply(this, args) as AsyncGenerator
    const chunks: unknown[] = []
    for (;;) {
      const step = await iteration.next()
      if (step.done) return replayable(chunks, step.value)
      try {
        chunks.push(copy(step.value))
      } catch (error) {
        await iteration.return(undefined)
        throw error
      }
    }
  }
}

/** The chunks, if the generator returned no value: a replay could not reproduce one. */
export function replayable(chunks: unknown[], returned: unknown): unknown[] {
  if (returned === undefined) return chunks
  throw new PickleError('the return value of a generator cannot be replayed, only the values that it yields', '$')
}
