import { PersistError, StoreError } from '@persist/errors'
import { redactUrl } from '@persist/store'
import type { Context } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Reply } from './replies.ts'

/**
 * Calls the store. If that fails, reports the error and returns `fallback`, so a store failure never loses a computed result.
 * With `onStoreError: 'throw'` the error is thrown. While the circuit is open, the store is not called. A reply that does not
 * match `expected` is an error too.
 */
export function callStore<T>(
  context: Context,
  operation: string,
  hash: string | undefined,
  act: () => T | PromiseLike<T>,
  fallback: T,
  expected?: Reply,
): T | PromiseLike<T> {
  const { error } = context.circuit
  if (error !== undefined) return skip(context, error, fallback)
  let reply: T | PromiseLike<T>
  try {
    reply = act()
  } catch (thrown) {
    return failed(context, operation, hash, thrown, fallback)
  }
  const failing = (thrown: unknown) => failed(context, operation, hash, thrown, fallback)
  // A thenable of a custom store may throw in `then`, or need both handlers: a promise around it does neither.
  if (expected === undefined) return isThenable(reply) ? Promise.resolve(reply).then(undefined, failing) : reply
  const checked = (reply: T): T => {
    return expected.fits(reply) ? reply : failing(new TypeError(`the reply must be ${expected.expected}`))
  }
  return isThenable(reply) ? Promise.resolve(reply).then(checked, failing) : checked(reply)
}

/** Looks at a synchronous store that is unavailable or was busy, if it is time, before it is used. */
export function lookAtStore({ adapter, circuit, runtime }: Context): void {
  if (adapter.mode === 'sync') circuit.lookNow(runtime)
}

/** Reports a store error outside of a single reply, as in a listing; throws it with `onStoreError: 'throw'`. */
export function reportStoreError(context: Context, operation: string, thrown: unknown): void {
  failed(context, operation, undefined, thrown, undefined)
}

/** Counts and reports a problem. */
export function reportProblem(context: Context, operation: string, hash: string | undefined, error: Error): void {
  context.counters.problems++
  context.reporter.reportProblem({ operation, error, ...(hash !== undefined && { hash }) })
}

function skip<T>(context: Context, error: PersistError, fallback: T): T {
  if (context.throwsStoreErrors) throw error
  return fallback
}

function failed<T>(context: Context, operation: string, hash: string | undefined, thrown: unknown, fallback: T): T {
  const problem = asStoreError(context, operation, hash, thrown)
  // If many calls find the store unreachable at once, only the first reports it.
  const known = problem.code === 'ERR_PERSIST_STORE_UNAVAILABLE' && !context.circuit.open(problem, context)
  if (problem.code === 'ERR_PERSIST_STORE_BUSY') context.circuit.noteBusy()
  if (known) context.counters.problems++
  else reportProblem(context, operation, hash, problem)
  if (context.throwsStoreErrors) throw problem
  return fallback
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
