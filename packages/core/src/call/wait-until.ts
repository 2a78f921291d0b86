import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isThenable } from '../runtime/thenable.ts'
import { reportProblem } from './store-guard.ts'

/** Hands work that goes on after the call to the host. */
export function notifyWaitUntil(context: Context, work: Promise<unknown>): void {
  const failed = (error: unknown) => reportProblem(context, 'waitUntil', undefined, asError(error))
  try {
    const answer: unknown = context.waitUntil?.(work)
    if (isThenable(answer)) answer.then(undefined, failed)
  } catch (error) {
    failed(error)
  }
}
