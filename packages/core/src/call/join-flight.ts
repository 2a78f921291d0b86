import type { Flight, FlightResult } from '../concurrency/flight.ts'
import { join, RING } from '../concurrency/rings.ts'
import { within } from '../concurrency/timeout.ts'
import type { Context } from '../context.ts'
import { requireSync } from '../runtime/answered.ts'
import { asError } from '../runtime/as-error.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { bypass, bypassRecursion } from './bypass.ts'
import type { CacheKey } from './cache-key.ts'
import type { Call } from './call.ts'
import { pickleKeyEarly } from './create-entry.ts'
import { abortable, Execution, execute, FlightStart } from './execution.ts'
import { reportSharedHit } from './serve.ts'
import { reportProblem } from './store-guard.ts'

/** How a call goes on whose wait for another one brought nothing. */
export interface Fallback {
  /** From the beginning. */
  readonly again: (context: Context, call: Call) => unknown
  /** With a flight of its own. */
  readonly compute: (start: FlightStart) => unknown
}

/** The same call is under way in this process. */
export function joinFlight(
  context: Context,
  call: Call,
  cacheKey: CacheKey,
  flight: Flight,
  signals: readonly AbortSignal[],
  otherwise: Fallback,
): unknown {
  // Without a landing the function has not even returned: this call comes from inside of it.
  if (flight.result === undefined) return bypassRecursion(context, call, cacheKey)
  pickleKeyEarly(context, cacheKey)
  pickleKeyEarly(context, cacheKey)
  flight.waiters++
  return abortable(context, flight, signals, waitForResult(context, call, cacheKey, flight, signals, otherwise))
}

const OVERDUE: unique symbol = Symbol('overdue')

/** Waits for another call, as long as `waitTimeout`, and takes a copy of its result, since results may be changed. */
async function waitForResult(
  context: Context,
  call: Call,
  cacheKey: CacheKey,
  flight: Flight,
  signals: readonly AbortSignal[],
  otherwise: Fallback,
): Promise<unknown> {
  const { monotonic } = context.runtime
  const since = monotonic()
  const result = await join(
    flight,
    within(flight.result as Promise<FlightResult>, context.waitTimeout, context.runtime, (): typeof OVERDUE => OVERDUE),
  )
  if (result === RING) {
    const begun = bypassRecursion(context, call, cacheKey)
    return begun instanceof Execution ? execute(begun) : begun
  }
  if (result === OVERDUE) {
    context.reporter.report('wait', { hash: cacheKey.hash, waitedMs: monotonic() - since, outcome: 'timeout' })
    context.flights.markOverdue(flight)
    return otherwise.compute(new FlightStart(context, call, cacheKey, signals, undefined, since))
  }
  if (result.argumentsChanged || isTooOld(context, call, result)) return otherwise.again(context, call)
  const { value, payload } = result
  if (!isChangeable(value)) return serveShared(context, cacheKey, value)
  // It was not stored, and cannot be copied.
  if (payload === undefined) return bypass(context, call)
  try {
    return serveShared(context, cacheKey, requireSync('unpickle', context.unpickle(payload)))
  } catch (error) {
    reportProblem(context, 'unpickle', cacheKey.hash, asError(error))
    return otherwise.again(context, call)
  }
}

function serveShared(context: Context, cacheKey: CacheKey, value: unknown): unknown {
  reportSharedHit(context, cacheKey)
  return value
}

function isTooOld(context: Context, call: Call, { createdAt }: FlightResult): boolean {
  return createdAt !== undefined && context.runtime.now() - createdAt > call.maxAge
}
