import { InputError } from '@persist/errors'
import { CALL } from '@persist/store/kit'
import { type Flight, runInFlight } from '../concurrency/flight.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import { lineOf, type Observation } from '../trace/observation.ts'
import { Trace, type TraceProblem } from '../trace/trace.ts'
import { tracing } from '../trace/tracing.ts'
import type { CacheKey } from './cache-key.ts'
import { reportProblem } from './store-guard.ts'

/** The inputs of a run for its entry, or why its result is not stored. */
export interface Traced {
  readonly inputs?: readonly string[]
  readonly problem?: TraceProblem['kind']
}

/** The outcome of a run that read nothing that was recorded. */
export const UNTRACED: Traced = {}

/** Begins to record what the function reads, if it is traced. */
export function startTrace({ traceRoot, adapter }: Context, flight: Flight): Trace | undefined {
  if (traceRoot === undefined) return undefined
  tracing.active++
  flight.trace = new Trace(traceRoot, adapter.name)
  return flight.trace
}

/** Ends the recording. Does nothing if it has ended, or never began. */
export function stopTracing(flight: Flight): void {
  if (flight.trace === undefined) return
  tracing.active--
  flight.trace = undefined
}

/** Runs code whose reads and calls are no inputs of the functions around it. */
export function untraced<T>({ flights }: Context, act: () => T | Promise<T>): T | Promise<T> {
  const flight = flights.start('', { joinable: false })
  flight.trace = new Trace('', '')
  const end = () => flights.end(flight)
  let result: T | Promise<T>
  try {
    result = runInFlight(flight, act)
  } catch (error) {
    end()
    throw error
  }
  if (isThenable(result)) return result.finally(end)
  end()
  return result
}

/**
 * The inputs of a run that has ended. They are verified once more: a result of inputs that changed meanwhile, or that the
 * function wrote itself, is not stored.
 */
export function* endTrace(context: Context, cacheKey: CacheKey, trace: Trace | undefined): Steps<Traced> {
  const problem = trace?.problem ?? (yield* changeDuring(cacheKey.reads)) ?? (yield* changeDuring(trace?.observations))
  // A change may have been noticed, or a call begun, during the check.
  const last = problem ?? trace?.problem
  if (last !== undefined) return refuse(context, cacheKey, last)
  return trace === undefined ? UNTRACED : { inputs: linesOf(trace.observations) }
}

/** Whether an input of a run may have changed since. Of a call, only a lookup would show that. */
export function* mayHaveChanged(trace: Trace): Steps<boolean> {
  return trace.problem !== undefined || trace.hasCalls || (yield* changeDuring(trace.observations)) !== undefined
}

/** The first input that has changed. One that cannot be checked counts as changed. */
function* changeDuring(observations: Iterable<Observation> = []): Steps<TraceProblem | undefined> {
  for (const { name, isUnchanged } of [...observations]) {
    try {
      if (isUnchanged === undefined || (yield* wait(isUnchanged()))) continue
    } catch {}
    return { kind: 'changed', name }
  }
  return undefined
}

function refuse(context: Context, { hash }: CacheKey, problem: TraceProblem): Traced {
  if (problem.kind === 'unverifiable') {
    const { name, why } = problem
    const message = `the result of ${context.namespace} is not stored, since its input ${JSON.stringify(name)} cannot be verified later: ${why}`
    reportProblem(context, 'trace', hash, new InputError(message, { namespace: context.namespace, input: name }))
  }
  context.reporter.report('skip', {
    hash,
    reason: problem.kind === 'changed' ? 'input-changed' : 'input-unverifiable',
  })
  return { problem: problem.kind }
}

/** The order in which inputs are verified: the cheap ones first, calls and unknown kinds last. */
const ORDER = ['cwd', 'env', 'exists', 'stat', 'file', 'list', CALL]

function linesOf(observations: Iterable<Observation>): string[] {
  const rank = ({ kind }: Observation) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length)
  return [...observations].sort((a, b) => rank(a) - rank(b)).map(lineOf)
}
