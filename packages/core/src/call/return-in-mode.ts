import type { FlightResult } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'

/** Returns a result as the function would: the value itself, or a promise of it. */
export function asCallerExpects(context: Context, { value, promised }: FlightResult): unknown {
  if (context.isAsync) return Promise.resolve(value)
  if (promised) context.observed.promises = true
  return promised || returnsPromises(context) ? Promise.resolve(value) : value
}

/** Whether a function that is not declared async has returned promises, and only promises. */
export function returnsPromises({ observed }: Context): boolean {
  return observed.promises && !observed.values
}
