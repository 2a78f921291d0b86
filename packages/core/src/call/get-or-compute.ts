import { KeyError } from '@persist/errors'
import { currentFlight, type Flight, type FlightResult, runInFlight } from '../concurrency/flight.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import { yieldIfBusy } from '../concurrency/yield-if-busy.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Held } from '../state/memory-tier.ts'
import { Trace } from '../trace/trace.ts'
import { tracing } from '../trace/tracing.ts'
import { acquireLease, throwIfLeft } from './acquire-lease.ts'
import { refreshInBackground } from './background-refresh.ts'
import { bypass, startBypass } from './bypass.ts'
import { type CacheKey, cacheKeyOf, checkUnhash } from './cache-key.ts'
import { type Call, NO_SIGNALS, noteAccepted, signalsOf, startsRefresh } from './call.ts'
import { pendingChanges } from './change-order.ts'
import type { Computation } from './computation.ts'
import { compute } from './compute.ts'
import { pickleKey, pickleKeyEarly } from './create-entry.ts'
import { enterLimits, limitsOf } from './enter-limits.ts'
import { type Execution, execute, FlightExecution, FlightStart, runToEnd } from './execution.ts'
import { isStillServed } from './freshness-now.ts'
import { type Fallback, joinFlight } from './join-flight.ts'
import { isValidInMemory, lookupEntry, lookupInMemory } from './lookup.ts'
import { type Found, type LookupResult, REFRESH } from './lookup-result.ts'
import { noteCall, noteFailure, reasonIfLeft, throwIfAnyAborted } from './note-call.ts'
import { reportUnreadable } from './read-entry.ts'
import { asCallerExpects } from './return-in-mode.ts'
import { countMiss, reportHit, serveHit, serveStale, throwReplayMiss } from './serve.ts'
import { lookAtStore, reportProblem } from './store-guard.ts'
import { stream } from './stream.ts'
import { takeOverForRefresh } from './succession.ts'

/**
 * Runs one call, sync or async as the function and its store: key, canonical key, memory, a flight of this process, the
 * store. On a miss: the limits, the lease, the function, the store again.
 *
 * For speed, a fresh hit is served in several places, each time as early as possible:
 * - from memory: without a hash, a flight or the store;
 * - from a sync store: without a flight, since no other call can run in between (see docs/design.md);
 * - from an async store: in the flight, so that identical calls share one lookup;
 * - after a wait for a slot or the lease: another process may have stored the result meanwhile.
 */
export function getOrCompute(context: Context, call: Call): unknown {
  return runToEnd(serveOrStart(context, call))
}

/** Like {@link getOrCompute}, but returns a call that may run the function as an {@link Execution}, which the caller runs. */
export function serveOrStart(context: Context, call: Call): unknown {
  if (context.streams) return stream(context, call)
  if (context.mode === 'off') return startBypass(context, call)
  try {
    return lookupInProcess(context, call)
  } catch (error) {
    // That arguments have no key shows in each call that has them.
    if (tracing.active > 0 && !(error instanceof KeyError)) noteFailure(context, reasonIfLeft(call))
    if (context.isAsync) return Promise.reject(error)
    throw error
  }
}

function lookupInProcess(context: Context, call: Call): unknown {
  const signals = signalsOf(call)
  if (signals !== NO_SIGNALS) throwIfAnyAborted(context, signals)
  lookAtStore(context)
  const cacheKey = cacheKeyOf(context, call.self, call.args)
  cacheKey.maxAge = call.maxAge
  if (startsRefresh(context, call, cacheKey)) return startRefresh(context, call, cacheKey, signals)
  const held = context.memory === undefined ? undefined : lookupInMemory(context, cacheKey, call.maxAge)
  const result = held === undefined ? undefined : serveFromMemory(context, cacheKey, held)
  if (result !== undefined) context.verify?.(call, cacheKey, held!.entry)
  return result === undefined ? lookupInStore(context, call, cacheKey, signals) : asCallerExpects(context, result)
}

function startRefresh(context: Context, call: Call, cacheKey: CacheKey, signals: readonly AbortSignal[]): unknown {
  // By the mode, simultaneous calls share one run. An explicit refresh gets a run of its own.
  const running =
    call.refresh || context.singleFlight === false ? undefined : context.flights.find(cacheKey.canonicalKey)
  if (running !== undefined) return joinFlight(context, call, cacheKey, running, signals, FALLBACK)
  context.peers.each((peer) => peer.outdate(cacheKey.canonicalKey))
  return startExecution(new FlightStart(context, call, cacheKey, signals, REFRESH))
}

function lookupInStore(context: Context, call: Call, cacheKey: CacheKey, signals: readonly AbortSignal[]): unknown {
  const flight = context.singleFlight === false ? undefined : context.flights.find(cacheKey.canonicalKey)
  if (flight !== undefined) return joinFlight(context, call, cacheKey, flight, signals, FALLBACK)
  // To verify inputs may take time, in which other calls can join.
  const needsTime = context.adapter.mode === 'async' || (context.traceRoot !== undefined && context.isAsync)
  if (needsTime) return startExecution(new FlightStart(context, call, cacheKey, signals))
  // A sync store replies before another call could join, so a hit needs no flight.
  const mayCall = context.traceRoot !== undefined && !call.isCheck && currentFlight()?.isCheck !== true
  const found = lookupEntry(context, cacheKey, { maxAge: call.maxAge, mayCall })
  if (isThenable(found) || found.kind !== 'fresh') {
    return startExecution(new FlightStart(context, call, cacheKey, signals, found))
  }
  const served = serveHit(context, cacheKey, found)
  context.verify?.(call, cacheKey, found.entry)
  return asCallerExpects(context, served)
}

/** Starts a flight and runs it. */
function startFlight(start: FlightStart): unknown {
  return execute(startExecution(start))
}

/** The fallback of a call that got no result from the flight it joined. */
const FALLBACK: Fallback = { restart: getOrCompute, compute: startFlight }

function startExecution(start: FlightStart): Execution {
  return new FlightExecution(start, {
    compute: (flight) => lookupOrCompute(start, flight),
    restart: () => restart(start.context, start.call),
  })
}

function* lookupOrCompute(
  { context, call, cacheKey, lookupResult, since: joinedSince }: FlightStart,
  flight: Flight,
): Steps<FlightResult> {
  const computation: Computation = { context, call, cacheKey, flight }
  flight.maxAge = lookupResult === REFRESH ? 0 : call.maxAge
  flight.isRefresh = lookupResult === REFRESH
  noteAccepted(context, flight, flight.maxAge)
  const since = joinedSince ?? context.runtime.monotonic()
  const isTraced = context.traceRoot !== undefined
  if (isTraced || context.adapter.mode === 'async' || isThenable(lookupResult)) pickleKeyEarly(context, cacheKey)
  const lookup = () => lookupEntry(context, cacheKey, { maxAge: call.maxAge, mayCall: !flight.isCheck, flight })
  if (lookupResult === REFRESH) yield* wait(pendingChanges(context, cacheKey.hash))
  const found = yield* wait(lookupResult ?? (isTraced ? lookupInFlight(flight, lookup) : lookup()))
  if (found.kind === 'fresh') {
    context.verify?.(call, cacheKey, found.entry)
    return serveHit(context, cacheKey, found)
  }
  if (context.mode === 'replay') throwReplayMiss(context, cacheKey)
  if (found.kind === 'stale') {
    refreshInBackground(computation)
    return serveStale(context, cacheKey, found, 'revalidate')
  }
  yield* countMiss(context, cacheKey, found)
  checkUnhash(context, cacheKey)
  const pickledKey = pickleKey(context, cacheKey)
  if (context.isAsync) yield* yieldIfBusy(context.runtime)
  flight.limits = limitsOf(context, call)
  const queued = flight.limits === undefined ? NOT_QUEUED : yield* waitForSlot(computation, found)
  if (queued.kind === 'hit') return serveHit(context, cacheKey, queued.found)
  const acquired = yield* found === REFRESH
    ? takeOverForRefresh(context, cacheKey, flight)
    : acquireLease(context, cacheKey, { maxAge: call.maxAge, flight, since: since + queued.ms })
  if (acquired.kind === 'hit') return serveHit(context, cacheKey, acquired.found)
  try {
    const result = yield* compute(computation, acquired, pickledKey)
    if (tracing.active > 0 && !result.argumentsChanged) noteCall(context, cacheKey, result, flight.parent)
    return result
  } catch (error) {
    if (found.kind !== 'stale-if-error' || !isStillServed(context, found, call.maxAge)) throw error
    reportProblem(context, 'refresh', cacheKey.hash, asError(error))
    // Its inputs were compared before the function ran.
    return { ...serveStale(context, cacheKey, found, 'error'), ...(isTraced && { mayBeOld: true }) }
  }
}

/**
 * Calls that are made again to verify an entry belong to the flight, so that a ring of waits through them is found. They are
 * no inputs of the function that made this call.
 */
function lookupInFlight(flight: Flight, lookup: () => ReturnType<typeof lookupEntry>): ReturnType<typeof lookupEntry> {
  if (tracing.active > 0) flight.trace = new Trace('', '')
  const end = <T>(found: T) => {
    flight.trace = undefined
    return found
  }
  const found = runInFlight(flight, lookup)
  return isThenable(found) ? found.then(end) : end(found)
}

/** How a wait for a slot under `concurrency` ended, and its length. */
type QueueResult =
  | { readonly kind: 'slot'; readonly ms: number }
  | { readonly kind: 'hit'; readonly found: Found<'fresh'> }

const NOT_QUEUED: QueueResult = { kind: 'slot', ms: 0 }

/** Waits for a slot under the limits of the flight. Another process may store the result meanwhile. */
function* waitForSlot({ context, call, cacheKey, flight }: Computation, found: LookupResult): Steps<QueueResult> {
  const since = context.runtime.monotonic()
  if (!(yield* enterLimits(context, flight))) return NOT_QUEUED
  throwIfLeft(flight)
  if (found !== REFRESH) {
    const stored = yield* wait(lookupEntry(context, cacheKey, { maxAge: call.maxAge, flight }))
    if (stored.kind === 'fresh') return { kind: 'hit', found: stored }
  }
  return { kind: 'slot', ms: context.runtime.monotonic() - since }
}

/**
 * Restarts a call whose arguments changed before the function began, with the new arguments and for this caller alone. It
 * runs outside of the first flight, since such flights could wait for each other in a ring. A second change means that the
 * key differs each time (a clock, a getter): then the function runs and nothing is stored.
 */
function restart(context: Context, call: Call): unknown {
  return call.restarted ? bypass(context, call) : getOrCompute(context, { ...call, restarted: true, joinedLate: false })
}

/** The result from memory; `undefined` for an unreadable or invalid entry, so that the store is read instead. */
function serveFromMemory(context: Context, cacheKey: CacheKey, held: Held): FlightResult | undefined {
  try {
    const { entry } = held
    const value = context.memory!.valueOf(held, context.unpickle)
    if (!isValidInMemory(context, value)) return undefined
    reportHit(context, cacheKey, entry, 'memory')
    return { value, promised: entry.promised === true }
  } catch (error) {
    context.memory?.drop(cacheKey.canonicalKey)
    reportUnreadable(context, cacheKey, error)
    return undefined
  }
}
