import type { Flight, FlightResult } from '../concurrency/flight.ts'
import { join, RING } from '../concurrency/rings.ts'
import { within } from '../concurrency/timeout.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { requireSync } from '../runtime/require-sync.ts'
import { areOfTheSame } from '../trace/observation.ts'
import { tracing } from '../trace/tracing.ts'
import { bypass, bypassRecursion } from './bypass.ts'
import type { CacheKey } from './cache-key.ts'
import { type Call, isOlderThanAccepted } from './call.ts'
import { pickleKeyEarly } from './create-entry.ts'
import { abortable, FlightStart, runToEnd } from './execution.ts'
import { noteCall, noteFailure, reasonIfLeft } from './note-call.ts'
import { reportSharedHit, reportWait } from './serve.ts'
import { reportProblem } from './store-guard.ts'

/** The ways to continue a call that got no result from the flight it joined. */
export interface Fallback {
  /** Starts the call again from its key. */
  readonly restart: (context: Context, call: Call) => unknown
  /** Computes in a flight of its own. */
  readonly compute: (start: FlightStart) => unknown
}

/** Waits for the flight of an identical call in this process. */
export function joinFlight(
  context: Context,
  call: Call,
  cacheKey: CacheKey,
  flight: Flight,
  signals: readonly AbortSignal[],
  fallback: Fallback,
): unknown {
  // Without `result` the function has not returned, so this call comes from inside the function.
  if (flight.result === undefined) return bypassRecursion(context, call, cacheKey)
  // Its result is being stored.
  if (isOlderThanAccepted(context, call, flight))
    return fallback.compute(new FlightStart(context, call, cacheKey, signals))
  const isOfOtherFiles = !areOfTheSame(flight.keyReads, cacheKey.reads)
  if (isOfOtherFiles && call.joinedLate) return bypass(context, call)
  pickleKeyEarly(context, cacheKey)
  const wait = new FlightWait(flight)
  const result = waitForResult(context, call, cacheKey, { flight, isOfOtherFiles, wait }, signals, fallback)
  return abortable(context, flight, signals, result, wait)
}

/** The wait of a call for the flight of another. */
class FlightWait {
  readonly #flight: Flight
  isCounted = true

  constructor(flight: Flight) {
    this.#flight = flight
    flight.waiters++
  }

  /** The call goes on without the flight, which ends when the others have left. Alone, it does not end the flight. */
  end(): void {
    if (!this.isCounted || this.#flight.waiters < 2) return
    this.isCounted = false
    this.#flight.waiters--
  }
}

const OVERDUE: unique symbol = Symbol('overdue')
/** The flight failed, and this call may not. */
const OTHER_ERROR: unique symbol = Symbol('other error')

/** Waits for another call, at most `waitTimeout`, and copies its result, since callers may mutate results. */
async function waitForResult(
  context: Context,
  call: Call,
  cacheKey: CacheKey,
  { flight, isOfOtherFiles, wait }: { readonly flight: Flight; readonly isOfOtherFiles: boolean; wait: FlightWait },
  signals: readonly AbortSignal[],
  fallback: Fallback,
): Promise<unknown> {
  const { monotonic } = context.runtime
  const since = monotonic()
  const { compared, began } = flight
  const result = await join(
    flight,
    within(flight.result as Promise<FlightResult>, context.waitTimeout, context.runtime, (): typeof OVERDUE => OVERDUE),
  ).catch((error): typeof OTHER_ERROR => {
    const isLate = compared === 'own result' || (flight.errorMayBeOld && began !== Number.POSITIVE_INFINITY)
    if ((isLate || isOfOtherFiles) && !call.joinedLate) return OTHER_ERROR
    if (tracing.active > 0) noteFailure(context, reasonIfLeft(call))
    throw error
  })
  if (result === OTHER_ERROR) return fallback.restart(context, { ...call, joinedLate: true })
  if (result === RING || result === OVERDUE) wait.end()
  if (result === RING) return runToEnd(bypassRecursion(context, call, cacheKey))
  if (result === OVERDUE) {
    reportWait(context, cacheKey, { waitedMs: monotonic() - since, outcome: 'timeout' })
    context.flights.markOverdue(flight)
    return fallback.compute(new FlightStart(context, call, cacheKey, signals, undefined, since))
  }
  // Its files had the content of those of this call, and may have changed before the function read them. If they have not, the
  // result is stored.
  if (isOfOtherFiles) return fallback.restart(context, { ...call, joinedLate: true })
  if (result.argumentsChanged) return fallback.restart(context, { ...call, joinedLate: false })
  if (isTooOld(context, call, result)) {
    return mayFindTooOld(context, call, cacheKey)
      ? fallback.compute(new FlightStart(context, call, cacheKey, signals, undefined, since))
      : fallback.restart(context, { ...call, joinedLate: false })
  }
  // An input may have changed after the flight read or compared it, and before this call began.
  const isLate =
    compared === (result.createdAt === undefined ? 'own result' : 'stored result') ||
    (result.mayBeOld === true && began !== Number.POSITIVE_INFINITY)
  if (isLate && !call.joinedLate) return fallback.restart(context, { ...call, joinedLate: true })
  if (tracing.active > 0) noteCall(context, cacheKey, result)
  const { value, payload } = result
  if (!isChangeable(value)) return serveShared(context, cacheKey, value)
  // The result was not stored and cannot be copied.
  if (payload === undefined) return bypass(context, call)
  try {
    return serveShared(context, cacheKey, requireSync('unpickle', context.unpickle(payload)))
  } catch (error) {
    reportProblem(context, 'unpickle', cacheKey.hash, asError(error))
    return fallback.restart(context, call)
  }
}

function serveShared(context: Context, cacheKey: CacheKey, value: unknown): unknown {
  reportSharedHit(context, cacheKey)
  return value
}

/**
 * Whether the flight that the call would join now accepts older results. While other callers start one such flight after the
 * other, a call that joined each of them would never end.
 */
function mayFindTooOld(context: Context, call: Call, { canonicalKey }: CacheKey): boolean {
  const running = context.flights.find(canonicalKey)
  return running?.maxAge !== undefined && running.maxAge > call.maxAge
}

function isTooOld(context: Context, call: Call, { createdAt }: FlightResult): boolean {
  return createdAt !== undefined && context.runtime.now() - createdAt > call.maxAge
}
