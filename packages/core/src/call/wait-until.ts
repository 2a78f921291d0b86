import type { Plan } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isThenable } from '../runtime/thenable.ts'
import { tellProblem } from './store-guard.ts'

/** Hands work that goes on after the call to the host. */
export function handOver(plan: Plan, work: Promise<unknown>): void {
  const failed = (error: unknown) => tellProblem(plan, 'waitUntil', undefined, asError(error))
  try {
    const answer: unknown = plan.waitUntil?.(work)
    if (isThenable(answer)) answer.then(undefined, failed)
  } catch (error) {
    failed(error)
  }
}
