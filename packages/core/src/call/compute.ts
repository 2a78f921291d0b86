import type { Lease, Mode } from '@persist/store'
import { signalOf, withSignal } from '../concurrency/abort-signals.ts'
import { type Flight, type FlightResult, leaveLimits, runInFlight } from '../concurrency/flight.ts'
import { numberRun } from '../concurrency/flights.ts'
import { sharedTimeOf } from '../concurrency/shared-time.ts'
import { invoke, type Steps, wait } from '../concurrency/sync-or-async.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Trace } from '../trace/trace.ts'
import { throwIfLeft } from './acquire-lease.ts'
import { snapshotArguments } from './arguments.ts'
import { argumentsChanged } from './cache-key.ts'
import type { Computation } from './computation.ts'
import { createEntry } from './create-entry.ts'
import { endTrace, mayHaveChanged, startTrace, stopTracing, UNTRACED } from './input-trace.ts'
import { keepAlive } from './lease.ts'
import type { LeaseResult } from './lease-result.ts'
import { endSuccession, publish, tagMark } from './publish.ts'
import { reportRecursion } from './serve.ts'

/** Runs the function, stores its result, and releases the lease in every case. */
export function* compute(
  computation: Computation,
  acquired: Exclude<LeaseResult, { kind: 'hit' }>,
  pickledKey: string | undefined,
): Steps<FlightResult> {
  const { context, call, cacheKey, flight } = computation
  // A refresh already has one.
  flight.succession ??= { flight, lease: acquired.kind === 'acquired' ? acquired.lease : undefined }
  const { succession } = flight
  let isPublished = false
  try {
    throwIfLeft(flight)
    const mark = yield* tagMark(context, cacheKey)
    // A call that has not waited may have run hooks of the user since the key was made.
    if (argumentsChanged(context, call.self, call.args, cacheKey)) return endUnstored(computation)
    call.onRun?.()
    const snapshot = snapshotArguments(computation)
    flight.compared = undefined
    const trace = startTrace(context, flight)
    const { value, promised, durationMs } = yield* callTraced(computation, succession.lease, trace)
    context.observed[promised ? 'promises' : 'values'] = true
    if (promised) flight.madeAt = context.runtime.now()
    const notStored = () => ({ value, promised, ...copyForOthers(computation, value) })
    if (acquired.kind === 'recursion') {
      reportRecursion(context, cacheKey)
      // Its inputs are not compared.
      return { ...notStored(), ...(trace !== undefined && { mayBeOld: true }) }
    }
    if (trace !== undefined) flight.compared = 'own result'
    // The result is pickled before anything is awaited: its owner may change it.
    const tracedRun = trace && flight
    const created = createEntry(context, cacheKey, { value, snapshot, durationMs, promised, pickledKey, tracedRun })
    const traced =
      trace === undefined && cacheKey.reads === undefined ? UNTRACED : yield* endTrace(context, cacheKey, trace)
    if (traced.problem !== undefined) return { ...notStored(), mayBeOld: true }
    const entry = created && traced.inputs ? { ...created, inputs: traced.inputs } : created
    if (entry === undefined) return { ...notStored(), ...(trace?.hasCalls && { mayBeOld: true }) }
    isPublished = yield* publish(computation, { acquired, succession, mark, entry, value })
    return { value, promised, payload: entry.payload, ...(trace?.hasCalls && { mayBeOld: true }) }
  } finally {
    stopTracing(flight)
    yield* endSuccession(computation, succession, isPublished)
  }
}

/** Ends a flight whose arguments no longer have its key: it has no result to share. */
function endUnstored({ context, cacheKey, flight }: Computation): FlightResult {
  context.reporter.report('skip', { hash: cacheKey.hash, reason: 'arguments-changed' })
  leaveLimits(flight)
  return { value: undefined, promised: true, argumentsChanged: true }
}

/** Calls the function. If it fails, notes whether its error may be older than a call that joined. */
function* callTraced(
  computation: Computation,
  lease: Lease<Mode> | undefined,
  trace: Trace | undefined,
): Steps<FunctionResult> {
  try {
    return yield* callFunction(computation, lease)
  } catch (error) {
    if (trace === undefined) throw error
    const { flight } = computation
    flight.compared = 'own result'
    flight.errorMayBeOld = flight.waiters > 1 && (yield* mayHaveChanged(trace))
    throw error
  }
}

interface FunctionResult {
  readonly value: unknown
  readonly promised: boolean
  readonly durationMs: number
}

function* callFunction(computation: Computation, lease: Lease<Mode> | undefined): Steps<FunctionResult> {
  const { context, call, cacheKey, flight } = computation
  const stopwatch = sharedTimeOf(context.runtime).start()
  const report = (failed: boolean) => {
    const durationMs = stopwatch.stop()
    if (context.reporter.hasListener('compute'))
      context.reporter.report('compute', { hash: cacheKey.hash, durationMs, failed })
    return durationMs
  }
  let stopRenewing = () => {}
  let promised = false
  let value: unknown
  try {
    numberRun(flight)
    const result = yield* invoke(flight, context.collected, call.self, ownArguments(computation))
    promised = isThenable(result)
    if (promised) {
      stopwatch.pending()
      stopRenewing = keepAlive(context, lease)
    }
    value = yield* wait(promised ? settlement(flight, result as PromiseLike<unknown>) : result)
  } catch (error) {
    stopRenewing()
    leaveLimits(flight)
    context.counters.errors++
    report(true)
    throw error
  }
  stopRenewing()
  leaveLimits(flight)
  return { value, promised, durationMs: report(false) }
}

/** The result of a promise. A lazy one, such as a query, begins its work when it is awaited, which is part of the run. */
function settlement(flight: Flight, result: PromiseLike<unknown>): PromiseLike<unknown> {
  if (result instanceof Promise && result.then === Promise.prototype.then) return result
  return runInFlight(flight, () => new Promise((resolve, reject) => void result.then(resolve, reject)))
}

/** A copy of the arguments for the function. A signal among them is replaced by the flight's, which serves all callers. */
export function ownArguments({ call, flight }: Pick<Computation, 'call' | 'flight'>): unknown[] {
  if (signalOf(call.args) === undefined) return [...call.args]
  flight.abort ??= new AbortController()
  return withSignal(call.args, flight.abort.signal)
}

/** The payload of a result that is not stored: other callers may wait for it, and must not share a mutable value. */
function copyForOthers({ context, flight }: Computation, value: unknown): Pick<FlightResult, 'payload'> {
  if (flight.waiters < 2 || !isChangeable(value)) return {}
  try {
    return { payload: context.pickle(value) }
  } catch {
    // Without a copy, each waiting call computes for itself.
    return {}
  }
}
