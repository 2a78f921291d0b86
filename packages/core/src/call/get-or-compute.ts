import { throwIfAborted } from '../concurrency/abort-signals.ts'
import { type Flight, type FlightResult, refreshesFirst } from '../concurrency/flight.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import { yieldIfBusy } from '../concurrency/yield-if-busy.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Held } from '../state/memory-tier.ts'
import { acquireLease, throwIfLeft } from './acquire-lease.ts'
import { refreshInBackground } from './background-refresh.ts'
import { bypass, startBypass } from './bypass.ts'
import { type CacheKey, cacheKeyOf, checkUnhash } from './cache-key.ts'
import { type Call, isRefresh, NO_SIGNALS, signalsOf } from './call.ts'
import type { Computation } from './computation.ts'
import { compute } from './compute.ts'
import { pickleKey, pickleKeyEarly } from './create-entry.ts'
import { enterLimits, limitsOf } from './enter-limits.ts'
import { Execution, execute, FlightExecution, FlightStart } from './execution.ts'
import { type Fallback, joinFlight } from './join-flight.ts'
import { type Found, type LookupResult, lookupEntry, lookupInMemory, REFRESH, reportUnreadable } from './lookup.ts'
import { asCallerExpects } from './return-in-mode.ts'
import { countMiss, reportHit, serveHit, serveStale, throwReplayMiss } from './serve.ts'
import { reportProblem } from './store-guard.ts'
import { stream } from './stream.ts'
import { takeOverForRefresh } from './succession.ts'

/**
 * One call, sync or async as the function and its store are: key, canonical text, hash, a flight of this process, memory,
 * the store, judgement; else the lease, the function, the store again.
 */
export function getOrCompute(context: Context, call: Call): unknown {
  const begun = serveOrStart(context, call)
  return begun instanceof Execution ? execute(begun) : begun
}

/** As {@link getOrCompute}, but a call that may run the function comes back as a {@link Execution}, for the caller to run it. */
export function serveOrStart(context: Context, call: Call): unknown {
  if (context.streams) return stream(context, call)
  if (context.mode === 'off') return startBypass(context, call)
  try {
    return lookupInProcess(context, call)
  } catch (error) {
    if (context.isAsync) return Promise.reject(error)
    throw error
  }
}

function lookupInProcess(context: Context, call: Call): unknown {
  const signals = signalsOf(call)
  if (signals !== NO_SIGNALS) throwIfAborted(signals)
  const cacheKey = cacheKeyOf(context, call.self, call.args)
  // By the mode once for a call and all that its function calls: else a recursion would be exponential.
  if (isRefresh(context, call) && (call.refresh || refreshesFirst(`${context.namespace}\0${cacheKey.canonicalKey}`))) {
    return startRefresh(context, call, cacheKey, signals)
  }
  const held = context.memory === undefined ? undefined : lookupInMemory(context, cacheKey, call.maxAge)
  const result = held === undefined ? undefined : serveFromMemory(context, cacheKey, held)
  return result === undefined ? lookupInStore(context, call, cacheKey, signals) : asCallerExpects(context, result)
}

function startRefresh(context: Context, call: Call, cacheKey: CacheKey, signals: readonly AbortSignal[]): unknown {
  // By the mode, calls at the same time share one run. A call that asks for it itself gets a run of its own.
  const running =
    call.refresh || context.singleFlight === false ? undefined : context.flights.find(cacheKey.canonicalKey)
  if (running !== undefined) return joinFlight(context, call, cacheKey, running, signals, FALLBACK)
  context.peers.each((peer) => peer.outdate(cacheKey.canonicalKey))
  return startExecution(new FlightStart(context, call, cacheKey, signals, REFRESH))
}

function lookupInStore(context: Context, call: Call, cacheKey: CacheKey, signals: readonly AbortSignal[]): unknown {
  const flight = context.singleFlight === false ? undefined : context.flights.find(cacheKey.canonicalKey)
  if (flight !== undefined) return joinFlight(context, call, cacheKey, flight, signals, FALLBACK)
  if (context.adapter.mode === 'async') return startExecution(new FlightStart(context, call, cacheKey, signals))
  // A synchronous store answers before another call could join: a hit needs no flight.
  const looked = lookupEntry(context, cacheKey, call.maxAge)
  if (isThenable(looked) || looked.kind !== 'fresh') {
    return startExecution(new FlightStart(context, call, cacheKey, signals, looked))
  }
  return asCallerExpects(context, serveHit(context, cacheKey, looked))
}

/** Starts a flight. */
function startFlight(start: FlightStart): unknown {
  return execute(startExecution(start))
}

/** How a call goes on that waited in vain for another one. */
const FALLBACK: Fallback = { again: getOrCompute, compute: startFlight }

function startExecution(start: FlightStart): Execution {
  return new FlightExecution(start, {
    compute: (flight) => lookupOrCompute(start, flight),
    restart: () => restart(start.context, start.call),
  })
}

function* lookupOrCompute(
  { context, call, cacheKey, looked, since: began }: FlightStart,
  flight: Flight,
): Steps<FlightResult> {
  const computation: Computation = { context, call, cacheKey, flight }
  const since = began ?? context.runtime.monotonic()
  if (context.adapter.mode === 'async') pickleKeyEarly(context, cacheKey)
  const found = yield* wait(looked ?? lookupEntry(context, cacheKey, call.maxAge))
  if (found.kind === 'fresh') return serveHit(context, cacheKey, found, flight)
  if (context.mode === 'replay') throwReplayMiss(context, cacheKey)
  if (found.kind === 'stale') {
    refreshInBackground(computation)
    return serveStale(context, cacheKey, found, 'revalidate')
  }
  countMiss(context, cacheKey, found.kind === 'miss' ? found.reason : 'expired')
  checkUnhash(context, cacheKey)
  const pickledKey = pickleKey(context, cacheKey)
  if (context.isAsync) yield* yieldIfBusy(context.runtime)
  flight.limits = limitsOf(context, call)
  const inLine = flight.limits === undefined ? AT_ONCE : yield* waitForPlace(computation, found)
  if (inLine.kind === 'hit') return serveHit(context, cacheKey, inLine.found, flight)
  const acquired = yield* found === REFRESH
    ? takeOverForRefresh(context, cacheKey, flight)
    : acquireLease(context, cacheKey, { maxAge: call.maxAge, flight, since: since + inLine.ms })
  if (acquired.kind === 'hit') return serveHit(context, cacheKey, acquired.found, flight)
  try {
    return yield* compute(computation, acquired, pickledKey)
  } catch (error) {
    if (found.kind !== 'stale-if-error') throw error
    reportProblem(context, 'refresh', cacheKey.hash, asError(error))
    return serveStale(context, cacheKey, found, 'error')
  }
}

type Line = { readonly kind: 'place'; readonly ms: number } | { readonly kind: 'hit'; readonly found: Found<'fresh'> }

const AT_ONCE: Line = { kind: 'place', ms: 0 }

/** Waits until there is room for one more run. Meanwhile another process may have stored the result. */
function* waitForPlace({ context, call, cacheKey, flight }: Computation, found: LookupResult): Steps<Line> {
  const since = context.runtime.monotonic()
  if (!(yield* enterLimits(context, flight))) return AT_ONCE
  throwIfLeft(flight)
  if (found !== REFRESH) {
    const stored = yield* wait(lookupEntry(context, cacheKey, call.maxAge))
    if (stored.kind === 'fresh') return { kind: 'hit', found: stored }
  }
  return { kind: 'place', ms: context.runtime.monotonic() - since }
}

/**
 * The caller changed its arguments meanwhile: then it is the call with these that it gets, and no other caller with it.
 * Once: a key that is another one whenever it is made (a clock, a getter) is no key, so the function runs and nothing is
 * stored. Outside of the flight that strayed, or such flights could wait for each other in a ring.
 */
function restart(context: Context, call: Call): unknown {
  return call.restarted ? bypass(context, call) : getOrCompute(context, { ...call, restarted: true })
}

/** What memory holds for the call; `undefined` for an entry that cannot be read: then the store is asked. */
function serveFromMemory(context: Context, cacheKey: CacheKey, { entry, primitive }: Held): FlightResult | undefined {
  try {
    const value = primitive === undefined ? context.unpickle(entry.payload) : primitive.value
    reportHit(context, cacheKey, entry, 'memory')
    return { value, promised: entry.promised === true }
  } catch (error) {
    context.memory?.drop(cacheKey.canonicalKey)
    reportUnreadable(context, cacheKey, error)
    return undefined
  }
}
