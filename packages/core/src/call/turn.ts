import type { Lease, Mode } from '@persist/store'
import type { Plan } from '../plan/plan.ts'
import { ask } from '../telling/trouble.ts'
import type { Flight } from './flight.ts'
import type { Identity } from './identity.ts'
import { ABSENT, type Found, type Recalled, recall } from './recall.ts'
import { isThenable, type Steps, wait } from './steps.ts'

const LEASE_MS = 30_000
const RENEWALS_PER_LEASE = 4
const POLL_GROWTH = 1.6
/** First and longest pause between two looks: a folder is near, a server far. */
const POLL_MS = { sync: { first: 2, longest: 100 }, async: { first: 5, longest: 250 } } as const

/** Whose turn it is to compute. */
export type Turn =
  /** Ours. Without a lease where the store has none, or is in trouble. */
  | { readonly kind: 'mine'; readonly lease: Lease<Mode> | undefined }
  /** Somebody else computed it meanwhile. */
  | { readonly kind: 'hit'; readonly recalled: Found<'fresh'> }
  /** Somebody else is still at it after `waitTimeout`: compute, but store nothing over it. */
  | { readonly kind: 'timeout' }

/** Takes the lease, or waits for whoever holds it: until there is an entry, until it is our turn, or long enough. */
export function* takeTurn(plan: Plan, identity: Identity, maxAge: number, flight: Flight): Steps<Turn> {
  if (!hasLeases(plan)) return { kind: 'mine', lease: undefined }
  const { monotonic, random } = plan.surroundings
  const { first, longest } = POLL_MS[plan.adapter.mode]
  const began = monotonic()
  for (let pause: number = first, waited = false; ; pause = Math.min(pause * POLL_GROWTH, longest)) {
    const lease = yield* requestLease(plan, identity)
    const recalled = yield* wait(lookAgain(plan, identity, maxAge, lease))
    const waitedMs = monotonic() - began
    if (recalled.kind === 'fresh') {
      if (lease !== 'held') yield* release(plan, identity, lease)
      if (waited) plan.reporter.tell('wait', { hash: identity.hash, waitedMs, outcome: 'hit' })
      return { kind: 'hit', recalled }
    }
    if (lease !== 'held') {
      if (waited) plan.reporter.tell('wait', { hash: identity.hash, waitedMs, outcome: 'turn' })
      return { kind: 'mine', lease }
    }
    if (waitedMs >= plan.waitTimeout) {
      plan.reporter.tell('wait', { hash: identity.hash, waitedMs, outcome: 'timeout' })
      return { kind: 'timeout' }
    }
    flight.abort?.signal.throwIfAborted()
    if (!waited) plan.counters.waits++
    waited = true
    yield* rest(plan, Math.min(pause * (0.5 + random()), plan.waitTimeout - waitedMs))
  }
}

/** Takes the lease if it is free, and if there still is nothing fresh; else somebody else is at it, or was. */
export function* tryTurn(plan: Plan, identity: Identity, maxAge: number): Steps<(Turn & { kind: 'mine' }) | undefined> {
  const lease = hasLeases(plan) ? yield* requestLease(plan, identity) : undefined
  if (lease === 'held') return undefined
  const recalled = yield* wait(lookAgain(plan, identity, maxAge, lease))
  if (recalled.kind !== 'fresh') return { kind: 'mine', lease }
  yield* release(plan, identity, lease)
  return undefined
}

/** Takes the lease from whoever holds it, so that what they compute is not stored over ours. */
export function* seizeTurn(plan: Plan, identity: Identity): Steps<Turn> {
  if (!hasLeases(plan)) return { kind: 'mine', lease: undefined }
  const lease = yield* requestLease(plan, identity, { steal: true })
  return { kind: 'mine', lease: lease === 'held' ? undefined : lease }
}

/** Gives a lease back unused. */
export function* release(plan: Plan, identity: Identity, lease: Lease<Mode> | undefined): Steps<void> {
  if (lease !== undefined) yield* wait(ask(plan, 'release', identity.hash, () => lease.release(), undefined))
}

/** Renews a lease while an asynchronous function runs; the answer stops it. A synchronous one leaves no moment for it. */
export function keepAlive(plan: Plan, lease: Lease<Mode> | undefined): () => void {
  if (lease === undefined) return () => {}
  const ms = plan.adapter.leaseMs ?? LEASE_MS
  let stop = () => {}
  const beat = () => {
    stop = plan.surroundings.later(ms / RENEWALS_PER_LEASE, () => {
      beat()
      quietly(() => lease.renew(ms))
    })
  }
  beat()
  return () => stop()
}

function hasLeases(plan: Plan): boolean {
  return plan.singleFlight === 'shared' && plan.adapter.supports.lease
}

/**
 * Between our miss and our lease somebody may have published, unless the store knows that nobody has. On the way of a
 * wait it is what we wait for.
 */
function lookAgain(
  plan: Plan,
  identity: Identity,
  maxAge: number,
  lease: Lease<Mode> | undefined | 'held',
): Recalled | PromiseLike<Recalled> {
  return lease !== 'held' && lease?.foundNothing === true ? ABSENT : recall(plan, identity, maxAge)
}

function* requestLease(
  plan: Plan,
  identity: Identity,
  options?: { steal: boolean },
): Steps<Lease<Mode> | undefined | 'held'> {
  const ms = plan.adapter.leaseMs ?? LEASE_MS
  const none: Lease<Mode> | undefined | 'held' = undefined
  return yield* wait(
    ask<Lease<Mode> | undefined | 'held'>(
      plan,
      'lease',
      identity.hash,
      () => {
        const reply = plan.store.lease!(identity.hash, ms, options)
        return isThenable(reply)
          ? reply.then((lease) => lease ?? 'held')
          : ((reply as Lease<Mode> | undefined) ?? 'held')
      },
      none,
    ),
  )
}

/** A synchronous function can only wait with its whole thread. */
function* rest(plan: Plan, ms: number): Steps<void> {
  if (plan.isAsync) yield* wait(plan.surroundings.sleep(ms))
  else plan.surroundings.sleepSync(ms)
}

/** A renewal that fails shows at publishing; until then there is nothing to do about it. */
function quietly(act: () => unknown): void {
  try {
    const reply = act()
    if (isThenable(reply)) reply.then(undefined, () => {})
  } catch {}
}
