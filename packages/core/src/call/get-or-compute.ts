import { throwIfAborted } from '../concurrency/abort-signals.ts'
import { type Flight, type Landing, refreshesFirst } from '../concurrency/flight.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import { yieldIfBusy } from '../concurrency/yield-if-busy.ts'
import type { Plan } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Held } from '../state/memory-tier.ts'
import { takeTurn, throwIfLeft } from './acquire-lease.ts'
import { refreshInBackground } from './background-refresh.ts'
import { beginPlain, plain } from './bypass.ts'
import { checkUnhash, type Identity, identify } from './cache-key.ts'
import { type Call, isRefresh, NO_SIGNALS, signalsOf } from './call.ts'
import type { Computation } from './computation.ts'
import { compute } from './compute.ts'
import { holdKey, pickleKey } from './create-entry.ts'
import { enterLimits, limitsOf } from './enter-limits.ts'
import { Course, Departure, FlightCourse, fly } from './execution.ts'
import { meet, type Otherwise } from './join-flight.ts'
import { type Found, heldInMemory, REFRESH, type Recalled, recall, tellUnreadable } from './lookup.ts'
import { inItsWay } from './return-in-mode.ts'
import { hit, miss, replay, stale, tellHit } from './serve.ts'
import { tellProblem } from './store-guard.ts'
import { stream } from './stream.ts'
import { overtake } from './succession.ts'

/**
 * One call, sync or async as the function and its store are: key, canonical text, hash, a flight of this process, memory,
 * the store, judgement; else the lease, the function, the store again.
 */
export function answer(plan: Plan, call: Call): unknown {
  const begun = begin(plan, call)
  return begun instanceof Course ? fly(begun) : begun
}

/** As {@link answer}, but a call that may run the function comes back as a {@link Course}, for the caller to run it. */
export function begin(plan: Plan, call: Call): unknown {
  if (plan.streams) return stream(plan, call)
  if (plan.mode === 'off') return beginPlain(plan, call)
  try {
    return lookUp(plan, call)
  } catch (error) {
    if (plan.isAsync) return Promise.reject(error)
    throw error
  }
}

function lookUp(plan: Plan, call: Call): unknown {
  const signals = signalsOf(call)
  if (signals !== NO_SIGNALS) throwIfAborted(signals)
  const identity = identify(plan, call.self, call.args)
  // By the mode once for a call and all that its function calls: else a recursion would be exponential.
  if (isRefresh(plan, call) && (call.refresh || refreshesFirst(`${plan.namespace}\0${identity.text}`))) {
    return refresh(plan, call, identity, signals)
  }
  const held = plan.memory === undefined ? undefined : heldInMemory(plan, identity, call.maxAge)
  const landing = held === undefined ? undefined : remember(plan, identity, held)
  return landing === undefined ? lookInStore(plan, call, identity, signals) : inItsWay(plan, landing)
}

function refresh(plan: Plan, call: Call, identity: Identity, signals: readonly AbortSignal[]): unknown {
  // By the mode, calls at the same time share one run. A call that asks for it itself gets a run of its own.
  const running = call.refresh || plan.singleFlight === false ? undefined : plan.flights.find(identity.text)
  if (running !== undefined) return meet(plan, call, identity, running, signals, OTHERWISE)
  plan.peers.each((peer) => peer.outdate(identity.text))
  return depart(new Departure(plan, call, identity, signals, REFRESH))
}

function lookInStore(plan: Plan, call: Call, identity: Identity, signals: readonly AbortSignal[]): unknown {
  const flight = plan.singleFlight === false ? undefined : plan.flights.find(identity.text)
  if (flight !== undefined) return meet(plan, call, identity, flight, signals, OTHERWISE)
  if (plan.adapter.mode === 'async') return depart(new Departure(plan, call, identity, signals))
  // A synchronous store answers before another call could join: a hit needs no flight.
  const looked = recall(plan, identity, call.maxAge)
  if (isThenable(looked) || looked.kind !== 'fresh') {
    return depart(new Departure(plan, call, identity, signals, looked))
  }
  return inItsWay(plan, hit(plan, identity, looked))
}

/** Starts a flight. */
function take(departure: Departure): unknown {
  return fly(depart(departure))
}

/** How a call goes on that waited in vain for another one. */
const OTHERWISE: Otherwise = { again: answer, compute: take }

function depart(departure: Departure): Course {
  return new FlightCourse(departure, {
    story: (flight) => story(departure, flight),
    follow: () => follow(departure.plan, departure.call),
  })
}

function* story({ plan, call, identity, looked, since: began }: Departure, flight: Flight): Steps<Landing> {
  const computation: Computation = { plan, call, identity, flight }
  const since = began ?? plan.surroundings.monotonic()
  if (plan.adapter.mode === 'async') holdKey(plan, identity)
  const found = yield* wait(looked ?? recall(plan, identity, call.maxAge))
  if (found.kind === 'fresh') return hit(plan, identity, found, flight)
  if (plan.mode === 'replay') replay(plan, identity)
  if (found.kind === 'stale') {
    refreshInBackground(computation)
    return stale(plan, identity, found, 'revalidate')
  }
  miss(plan, identity, found.kind === 'miss' ? found.reason : 'expired')
  checkUnhash(plan, identity)
  const pickledKey = pickleKey(plan, identity)
  if (plan.isAsync) yield* yieldIfBusy(plan.surroundings)
  flight.limits = limitsOf(plan, call)
  const inLine = flight.limits === undefined ? AT_ONCE : yield* standInLine(computation, found)
  if (inLine.kind === 'hit') return hit(plan, identity, inLine.recalled, flight)
  const turn = yield* found === REFRESH
    ? overtake(plan, identity, flight)
    : takeTurn(plan, identity, { maxAge: call.maxAge, flight, since: since + inLine.ms })
  if (turn.kind === 'hit') return hit(plan, identity, turn.recalled, flight)
  try {
    return yield* compute(computation, turn, pickledKey)
  } catch (error) {
    if (found.kind !== 'rescue') throw error
    tellProblem(plan, 'refresh', identity.hash, asError(error))
    return stale(plan, identity, found, 'error')
  }
}

type Line =
  | { readonly kind: 'place'; readonly ms: number }
  | { readonly kind: 'hit'; readonly recalled: Found<'fresh'> }

const AT_ONCE: Line = { kind: 'place', ms: 0 }

/** Waits until there is room for one more run. Meanwhile another process may have stored the result. */
function* standInLine({ plan, call, identity, flight }: Computation, found: Recalled): Steps<Line> {
  const since = plan.surroundings.monotonic()
  if (!(yield* enterLimits(plan, flight))) return AT_ONCE
  throwIfLeft(flight)
  if (found !== REFRESH) {
    const recalled = yield* wait(recall(plan, identity, call.maxAge))
    if (recalled.kind === 'fresh') return { kind: 'hit', recalled }
  }
  return { kind: 'place', ms: plan.surroundings.monotonic() - since }
}

/**
 * The caller changed its arguments meanwhile: then it is the call with these that it gets, and no other caller with it.
 * Once: a key that is another one whenever it is made (a clock, a getter) is no key, so the function runs and nothing is
 * stored. Outside of the flight that strayed, or such flights could wait for each other in a ring.
 */
function follow(plan: Plan, call: Call): unknown {
  return call.strayed ? plain(plan, call) : answer(plan, { ...call, strayed: true })
}

/** What memory holds for the call; `undefined` for an entry that cannot be read: then the store is asked. */
function remember(plan: Plan, identity: Identity, { entry, primitive }: Held): Landing | undefined {
  try {
    const value = primitive === undefined ? plan.unpickle(entry.payload) : primitive.value
    tellHit(plan, identity, entry, 'memory')
    return { value, promised: entry.promised === true }
  } catch (error) {
    plan.memory?.drop(identity.text)
    tellUnreadable(plan, identity, error)
    return undefined
  }
}
