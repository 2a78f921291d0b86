import type { FlightResult } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'

/** A value as the function would answer with it: at once, or as a promise. */
export function asCallerExpects(context: Context, { value, promised }: FlightResult): unknown {
  if (context.isAsync) return Promise.resolve(value)
  if (promised) context.observed.promises = true
  return promised || returnsPromises(context) ? Promise.resolve(value) : value
}

/** Whether the function is known to return promises, though it is not declared so, and nothing else. */
export function returnsPromises({ observed }: Context): boolean {
  return observed.promises && !observed.values
}
