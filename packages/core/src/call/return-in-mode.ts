import type { Landing } from '../concurrency/flight.ts'
import type { Plan } from '../context.ts'

/** A value as the function would answer with it: at once, or as a promise. */
export function inItsWay(plan: Plan, { value, promised }: Landing): unknown {
  if (plan.isAsync) return Promise.resolve(value)
  if (promised) plan.learned.promises = true
  return promised || answersWithPromises(plan) ? Promise.resolve(value) : value
}

/** Whether the function is known to return promises, though it is not declared so, and nothing else. */
export function answersWithPromises({ learned }: Plan): boolean {
  return learned.promises && !learned.values
}
