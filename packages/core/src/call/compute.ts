import type { Lease, Mode } from '@persist/store'
import { signalOf, withSignal } from '../concurrency/abort-signals.ts'
import type { Succession } from '../concurrency/flight.ts'
import { type FlightResult, leaveLimits } from '../concurrency/flight.ts'
import { sharedTimeOf } from '../concurrency/shared-time.ts'
import { invoke, type Steps, wait } from '../concurrency/sync-or-async.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { isThenable } from '../runtime/thenable.ts'
import { type LeaseResult, throwIfLeft } from './acquire-lease.ts'
import { snapshotArguments } from './arguments.ts'
import { argumentsChanged } from './cache-key.ts'
import type { Computation } from './computation.ts'
import { createEntry } from './create-entry.ts'
import { keepAlive } from './lease.ts'
import { publish, tagMark } from './publish.ts'
import { reportRecursion } from './serve.ts'
import { handBack } from './succession.ts'

/** Runs the function, stores what it brings, and gives the lease back whatever happens. */
export function* compute(
  computation: Computation,
  acquired: Exclude<LeaseResult, { kind: 'hit' }>,
  pickledKey: string | undefined,
): Steps<FlightResult> {
  const { context, call, cacheKey, flight } = computation
  // A refresh has one already.
  flight.succession ??= { lease: acquired.kind === 'acquired' ? acquired.lease : undefined }
  const { succession } = flight
  let isPublished = false
  try {
    throwIfLeft(flight)
    const mark = yield* tagMark(context, cacheKey)
    // Without a landing nothing has been waited for, so that no other code ran since the key was made.
    if (flight.result !== undefined && argumentsChanged(context, call.self, call.args, cacheKey))
      return endUnstored(computation)
    call.onRun?.()
    const given = snapshotArguments(computation)
    const { value, promised, durationMs } = yield* callFunction(computation, succession.lease)
    context.observed[promised ? 'promises' : 'values'] = true
    const notStored = () => ({ value, promised, ...copyForOthers(computation, value) })
    if (acquired.kind === 'recursion') {
      reportRecursion(context, cacheKey)
      return notStored()
    }
    const entry = createEntry(context, cacheKey, { value, given, durationMs, promised, pickledKey })
    if (entry === undefined) return notStored()
    isPublished = true
    yield* publish(computation, { acquired, lease: succession.lease, mark, entry, value })
    return { value, promised, payload: entry.payload }
  } finally {
    succession.stopRenewing?.()
    if (!isPublished) yield* giveUp(computation, succession)
  }
}

/** A run that stores nothing leaves that to an earlier one. */
function* giveUp(computation: Computation, succession: Succession): Steps<void> {
  const { lease, inReserve } = succession
  if (lease === undefined || inReserve === undefined) {
    return yield* handBack(computation.context, computation.cacheKey, succession)
  }
  try {
    yield* publish(computation, { acquired: { kind: 'acquired', lease }, lease, ...inReserve })
  } catch {
    // With onStoreError: 'throw'. It has been reported, and the caller gets what the function threw.
  }
}

/** The key is not that of the arguments any more: the flight ends at once, with nothing to share. */
function endUnstored({ context, cacheKey, flight }: Computation): FlightResult {
  context.reporter.report('skip', { hash: cacheKey.hash, reason: 'arguments-changed' })
  leaveLimits(flight)
  return { value: undefined, promised: true, argumentsChanged: true }
}

interface Called {
  readonly value: unknown
  readonly promised: boolean
  readonly durationMs: number
}

function* callFunction(computation: Computation, lease: Lease<Mode> | undefined): Steps<Called> {
  const { context, call, cacheKey, flight } = computation
  const stopwatch = sharedTimeOf(context.runtime).start()
  const report = (failed: boolean) => {
    const durationMs = stopwatch.stop()
    if (context.reporter.hasListener('compute'))
      context.reporter.report('compute', { hash: cacheKey.hash, durationMs, failed })
    return durationMs
  }
  let stop = () => {}
  let promised = false
  let value: unknown
  try {
    const result = yield* invoke(flight, context.collected, call.self, ownArguments(computation))
    promised = isThenable(result)
    if (promised) {
      stopwatch.pending()
      stop = keepAlive(context, lease)
    }
    value = yield* wait(result)
  } catch (error) {
    stop()
    leaveLimits(flight)
    context.counters.errors++
    report(true)
    throw error
  }
  stop()
  leaveLimits(flight)
  return { value, promised, durationMs: report(false) }
}

/** A copy, so that `arguments` of the function is its own; with a signal that is the flight's, not one caller's. */
export function ownArguments({ call, flight }: Pick<Computation, 'call' | 'flight'>): unknown[] {
  if (signalOf(call.args) === undefined) return [...call.args]
  flight.abort ??= new AbortController()
  return withSignal(call.args, flight.abort.signal)
}

/** A result that is not stored may still have been waited for by others, who must not share what can change. */
function copyForOthers({ context, flight }: Computation, value: unknown): Pick<FlightResult, 'payload'> {
  if (flight.waiters < 2 || !isChangeable(value)) return {}
  try {
    return { payload: context.pickle(value) }
  } catch {
    // It has no copy: then each computes for itself.
    return {}
  }
}
