import type { Plan } from '../plan/plan.ts'
import type { Held } from '../store/memory-tier.ts'
import { tellProblem } from '../telling/trouble.ts'
import { refreshBehind } from './behind.ts'
import { type Computation, compute } from './compute.ts'
import { type Flight, join, type Landing, wouldWaitForItself } from './flight.ts'
import { checkUnhash, hasStrayed, type Identity, identify } from './identity.ts'
import { hit, miss, replay, stale, tellHit, tellRecursion, tellShared } from './outcome.ts'
import { asError, heldInMemory, REFRESH, type Recalled, recall } from './recall.ts'
import { pickleKey } from './record.ts'
import { signalOf, until } from './signals.ts'
import { isThenable, run, type Steps, wait } from './steps.ts'
import { stream } from './stream.ts'
import { release, seizeTurn, type Turn, takeTurn } from './turn.ts'

/** One call, with what it overrides. */
export interface Call {
  readonly self: unknown
  readonly args: readonly unknown[]
  /** Serve nothing older than this, in milliseconds. */
  readonly maxAge: number
  /** Compute anew and overwrite. */
  readonly refresh: boolean
  /** The caller leaves when it aborts. */
  readonly signal?: AbortSignal | undefined
  /** Called when the function is about to run for this call. */
  readonly onRun?: () => void
}

/** What a call is without overrides. */
export const PLAIN = { maxAge: Number.POSITIVE_INFINITY, refresh: false } as const

/**
 * The story of one call, in the colour of the function and its store: key, canonical text, hash, a flight of this
 * process, memory, the store, judgement; else a turn, the function, the store again.
 */
export function answer(plan: Plan, call: Call): unknown {
  if (plan.streams) return stream(plan, call)
  if (plan.mode === 'off') return plain(plan, call)
  try {
    return begin(plan, call, identify(plan, call.self, call.args))
  } catch (error) {
    if (plan.isAsync) return Promise.reject(error)
    throw error
  }
}

/** Calls the original, in the colour of the persisted function, and leaves the store alone. */
export function plain(plan: Plan, call: Call): unknown {
  call.onRun?.()
  const result = plan.original.apply(call.self, [...call.args])
  return plan.adapter.mode === 'async' && !plan.streams ? Promise.resolve(result) : result
}

/** Whether the call is to compute whatever is stored. */
export function isRefresh(plan: Plan, call: Call): boolean {
  return call.refresh || plan.mode === 'refresh'
}

function begin(plan: Plan, call: Call, identity: Identity): unknown {
  if (isRefresh(plan, call)) {
    plan.flights.fence(identity.text)
    return take(plan, call, identity, REFRESH)
  }
  const held = heldInMemory(plan, identity, call.maxAge)
  if (held !== undefined) return remember(plan, identity, held)
  const flight = plan.singleFlight === false ? undefined : plan.flights.find(identity.text)
  if (flight !== undefined) return meet(plan, call, identity, flight)
  if (plan.adapter.mode === 'async') return take(plan, call, identity)
  // A synchronous store answers before anybody could join: a hit needs no flight.
  const found = recall(plan, identity, call.maxAge)
  if (isThenable(found) || found.kind !== 'fresh') return take(plan, call, identity, found)
  return coloured(plan, hit(plan, identity, found))
}

/** The same call is under way. */
function meet(plan: Plan, call: Call, identity: Identity, flight: Flight): unknown {
  const { landing } = flight
  // Without a landing the function has not even returned: this call comes from inside of it.
  if (landing !== undefined && !wouldWaitForItself(flight)) {
    return leaveable(plan, call, flight, share(plan, call, identity, join(flight, landing)))
  }
  tellRecursion(plan, identity)
  return plain(plan, call)
}

/** Starts a flight of its own; `looked` is what the store had, where it has been asked. */
function take(plan: Plan, call: Call, identity: Identity, looked?: Recalled | PromiseLike<Recalled>): unknown {
  const flight = plan.flights.start(identity.text)
  const computation = { plan, call, identity, flight }
  let landing: Landing | Promise<Landing>
  try {
    landing = run(story(computation, looked))
  } catch (error) {
    plan.flights.end(flight)
    throw error
  }
  if (!isThenable(landing)) {
    plan.flights.end(flight)
    return coloured(plan, landing)
  }
  flight.landing = landing
  const end = () => plan.flights.end(flight)
  landing.then(end, end)
  return leaveable(
    plan,
    call,
    flight,
    landing.then(({ value }) => value),
  )
}

function* story(computation: Computation, looked: Recalled | PromiseLike<Recalled> | undefined): Steps<Landing> {
  const { plan, call, identity, flight } = computation
  const found = yield* wait(looked ?? recall(plan, identity, call.maxAge))
  if (found.kind === 'fresh') return hit(plan, identity, found, flight)
  if (plan.mode === 'replay') replay(plan, identity)
  if (found.kind === 'stale') {
    refreshBehind(computation)
    return stale(plan, identity, found, 'revalidate')
  }
  miss(plan, identity, found.kind === 'miss' ? found.reason : 'expired')
  checkUnhash(plan, identity)
  const pickledKey = pickleKey(plan, identity)
  const turn = yield* found === REFRESH ? seizeTurn(plan, identity) : takeTurn(plan, identity, call.maxAge, flight)
  if (turn.kind === 'hit') return hit(plan, identity, turn.recalled, flight)
  if (hasStrayed(plan, call.self, call.args, identity)) return yield* follow(computation, turn)
  call.onRun?.()
  try {
    return yield* compute(computation, turn, pickledKey)
  } catch (error) {
    if (found.kind !== 'rescue') throw error
    tellProblem(plan, 'refresh', identity.hash, asError(error))
    return stale(plan, identity, found, 'error')
  }
}

/** The caller changed its arguments meanwhile: then it is the call with these that it gets, and nobody with it. */
function* follow({ plan, call, identity }: Computation, turn: Turn): Steps<Landing> {
  plan.reporter.tell('skip', { hash: identity.hash, reason: 'strayed' })
  if (turn.kind === 'mine') yield* release(plan, identity, turn.lease)
  return { value: yield* wait(answer(plan, call)), promised: true, strayed: true }
}

/** Another call of this process computes the same: take a copy of what it brings, since results may be changed. */
async function share(plan: Plan, call: Call, identity: Identity, landing: Promise<Landing>): Promise<unknown> {
  const { value, payload, strayed } = await landing
  if (strayed) return answer(plan, call)
  tellShared(plan, identity)
  if (payload === undefined || value === null || typeof value !== 'object') return value
  try {
    return plan.unpickle(payload)
  } catch (error) {
    tellProblem(plan, 'unpickle', identity.hash, asError(error))
    return value
  }
}

function leaveable(plan: Plan, call: Call, flight: Flight, result: Promise<unknown>): Promise<unknown> {
  const signal = call.signal ?? signalOf(call.args)
  return signal === undefined ? result : until(result, signal, () => plan.flights.leave(flight, signal.reason))
}

function remember(plan: Plan, identity: Identity, { entry, primitive }: Held): unknown {
  const value = primitive === undefined ? plan.unpickle(entry.payload) : primitive.value
  tellHit(plan, identity, entry, 'memory')
  return coloured(plan, { value, promised: entry.promised === true })
}

function coloured(plan: Plan, { value, promised }: Landing): unknown {
  return promised || plan.isAsync ? Promise.resolve(value) : value
}
