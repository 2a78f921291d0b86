import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isThenable } from '../runtime/thenable.ts'
import { reportProblem } from './store-guard.ts'

/** Passes work that continues after the call to the option `waitUntil`. */
export function notifyWaitUntil(context: Context, work: Promise<unknown>): void {
  const failed = (error: unknown) => reportProblem(context, 'waitUntil', undefined, asError(error))
  try {
    const reply: unknown = context.waitUntil?.(work)
    if (isThenable(reply)) reply.then(undefined, failed)
  } catch (error) {
    failed(error)
  }
}
