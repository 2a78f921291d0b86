import { PersistError, StoreError } from '@persist/errors'
import { redactUrl } from '@persist/store'
import type { Context } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Reply } from './replies.ts'

/**
 * Asks the store for something. Trouble is reported and `otherwise` taken, so that it never costs the caller a result;
 * with `onStoreError: 'throw'` it is thrown. While the store's circuit is open it is not asked at all. A reply that is not
 * as `expected` is trouble, too.
 */
export function callStore<T>(
  context: Context,
  operation: string,
  hash: string | undefined,
  act: () => T | PromiseLike<T>,
  otherwise: T,
  expected?: Reply,
): T | PromiseLike<T> {
  const { error } = context.circuit
  if (error !== undefined) return skip(context, error, otherwise)
  let reply: T | PromiseLike<T>
  try {
    reply = act()
  } catch (thrown) {
    return failed(context, operation, hash, thrown, otherwise)
  }
  const failing = (thrown: unknown) => failed(context, operation, hash, thrown, otherwise)
  if (expected === undefined) return isThenable(reply) ? reply.then(undefined, failing) : reply
  const checked = (reply: T): T => {
    return expected.fits(reply) ? reply : failing(new TypeError(`the reply must be ${expected.what}`))
  }
  return isThenable(reply) ? reply.then(checked, failing) : checked(reply)
}

/** Reports trouble of the store in work that is no single reply; with `onStoreError: 'throw'` it is thrown. */
export function reportStoreError(context: Context, operation: string, thrown: unknown): void {
  failed(context, operation, undefined, thrown, undefined)
}

/** Counts and reports a problem. */
export function reportProblem(context: Context, operation: string, hash: string | undefined, error: Error): void {
  context.counters.problems++
  context.reporter.reportProblem({ operation, error, ...(hash !== undefined && { hash }) })
}

function skip<T>(context: Context, error: PersistError, otherwise: T): T {
  if (context.throwsStoreErrors) throw error
  return otherwise
}

function failed<T>(context: Context, operation: string, hash: string | undefined, thrown: unknown, otherwise: T): T {
  const problem = asStoreError(context, operation, hash, thrown)
  // Of many calls that found the store out of reach at once, the first tells.
  const known = problem.code === 'ERR_PERSIST_STORE_UNAVAILABLE' && !context.circuit.open(problem, context)
  if (known) context.counters.problems++
  else reportProblem(context, operation, hash, problem)
  if (context.throwsStoreErrors) throw problem
  return otherwise
}

function asStoreError(context: Context, operation: string, hash: string | undefined, error: unknown): PersistError {
  if (error instanceof PersistError) return error
  const reason = redactUrl(error instanceof Error ? error.message : String(error))
  const facts = {
    store: context.adapter.name,
    operation,
    namespace: context.namespace,
    ...(hash !== undefined && { hash }),
  }
  return new StoreError('ERR_PERSIST_STORE', `${operation} failed in ${facts.store}: ${reason}`, facts, {
    cause: error,
  })
}
