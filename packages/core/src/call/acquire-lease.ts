import type { Lease, LeaseHolder, LeaseOptions, Mode } from '@persist/store'
import { type Flight, leaveLimits } from '../concurrency/flight.ts'
import { join, RING } from '../concurrency/rings.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Plan } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Identity } from './cache-key.ts'
import { enterLimits } from './enter-limits.ts'
import { ABSENT, type Found, type Recalled, recall } from './lookup.ts'
import { heldHere, noteHeld } from './own-leases.ts'
import { ask } from './store-guard.ts'

const LEASE_MS = 30_000
const RENEWALS_PER_LEASE = 4
const POLL_GROWTH = 1.6
/** First and longest pause between two looks: a folder is near, a server far. */
const POLL_MS = { sync: { first: 2, longest: 100 }, async: { first: 5, longest: 250 } } as const
/** The longest pause with the whole thread, while it is not known whether the function answers with promises. */
const BLOCKING_MS = 20

/** Who is to compute. */
export type Turn =
  /** This call. Without a lease where the store has none, or fails. */
  | { readonly kind: 'mine'; readonly lease: Lease<Mode> | undefined }
  /** Another call computed it meanwhile. */
  | { readonly kind: 'hit'; readonly recalled: Found<'fresh'> }
  /**
   * Another one still holds the lease after `waitTimeout`: compute, and store only if it holds this very lease even then.
   * Without `from` the store does not tell leases apart: store nothing.
   */
  | { readonly kind: 'timeout'; readonly from: string | undefined }
  /** The other one waits for this call, or has not come back from the function that made it: compute, store nothing. */
  | { readonly kind: 'recursion' }

/** What a call waits for its turn with. */
export interface Waiting {
  readonly maxAge: number
  readonly flight: Flight
  /** When the call began to wait, by the monotonic clock: it may have waited for a flight of this process before. */
  readonly since: number
}

/** Takes the lease, or waits for its holder: until there is an entry, until it is our turn, or long enough. */
export function* takeTurn(plan: Plan, identity: Identity, { maxAge, flight, since }: Waiting): Steps<Turn> {
  if (!hasLeases(plan)) return { kind: 'mine', lease: undefined }
  const { monotonic, random } = plan.surroundings
  const { first, longest } = POLL_MS[plan.adapter.mode]
  for (let pause: number = first, waited = false; ; pause = Math.min(pause * POLL_GROWTH, longest)) {
    const { lease, holder } = yield* requestLease(plan, identity, flight)
    const recalled = yield* wait(lookAgain(plan, identity, maxAge, lease))
    const waitedMs = monotonic() - since
    const tell = (outcome: 'hit' | 'turn' | 'timeout') => {
      if (waited || outcome === 'timeout') plan.reporter.tell('wait', { hash: identity.hash, waitedMs, outcome })
    }
    if (recalled.kind === 'fresh') {
      if (lease !== 'held') yield* release(plan, identity, lease)
      tell('hit')
      return { kind: 'hit', recalled }
    }
    if (lease !== 'held') {
      tell('turn')
      return { kind: 'mine', lease }
    }
    if (waitedMs >= plan.waitTimeout) {
      tell('timeout')
      return { kind: 'timeout', from: holder?.id }
    }
    throwIfLeft(flight)
    if (!waited) plan.counters.waits++
    waited = true
    const ms = Math.min(pause * (0.5 + random()), plan.waitTimeout - waitedMs)
    // One that waits for another process runs nothing.
    leaveLimits(flight)
    if ((yield* rest(plan, identity, flight, holder, ms)) === RING) return { kind: 'recursion' }
    if (flight.limits !== undefined) yield* enterLimits(plan, flight)
  }
}

/** Takes the lease if it is free, and if there still is nothing fresh. Else another call computes it, or did. */
export function* tryTurn(
  plan: Plan,
  identity: Identity,
  { maxAge, flight }: Omit<Waiting, 'since'>,
): Steps<(Turn & { kind: 'mine' }) | { readonly kind: 'held'; readonly by: string | undefined } | undefined> {
  const { lease, holder } = hasLeases(plan) ? yield* requestLease(plan, identity, flight) : NO_LEASE
  if (lease === 'held') return { kind: 'held', by: holder?.id }
  const recalled = yield* wait(lookAgain(plan, identity, maxAge, lease))
  if (recalled.kind !== 'fresh') return { kind: 'mine', lease }
  yield* release(plan, identity, lease)
  return undefined
}

/** Takes the lease from its holder, so that what the holder computes is not stored over ours. */
export function* seizeTurn(plan: Plan, identity: Identity, flight: Flight): Steps<Turn & { kind: 'mine' }> {
  if (!hasLeases(plan)) return { kind: 'mine', lease: undefined }
  const { lease } = yield* requestLease(plan, identity, flight, { steal: true })
  return { kind: 'mine', lease: lease === 'held' ? undefined : lease }
}

/**
 * The right to store a result for which no other call waits: the lease where it is free. Else the holder's, if it still is the same at the
 * end. So what was set, deleted or cleared meanwhile, also by another process, is not overwritten.
 */
export function* turnToStore(
  plan: Plan,
  identity: Identity,
  flight: Flight,
): Steps<Exclude<Turn, { kind: 'hit' | 'recursion' }>> {
  if (!hasLeases(plan)) return { kind: 'mine', lease: undefined }
  const { lease, holder } = yield* requestLease(plan, identity, flight)
  return lease === 'held' ? { kind: 'timeout', from: holder?.id } : { kind: 'mine', lease }
}

/** Takes the lease from one holder, if it has not ended since: then nothing was stored or deleted meanwhile. */
export function* succeed(
  plan: Plan,
  identity: Identity,
  flight: Flight,
  from: string | undefined,
): Steps<Lease<Mode> | undefined> {
  if (from === undefined) return undefined
  const { lease } = yield* requestLease(plan, identity, flight, { steal: from })
  return lease === 'held' ? undefined : lease
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
  // A function that is not declared asynchronous: a thread that waits for it elsewhere must not be blocked any longer.
  if (!plan.declaredAsync) quietly(() => lease.promised?.())
  beat()
  return () => stop()
}

/** Every caller has left before the function began. */
export function throwIfLeft({ left }: Flight): void {
  if (left !== undefined) throw left.reason
}

function hasLeases(plan: Plan): boolean {
  return plan.singleFlight === 'shared' && plan.adapter.supports.lease
}

/**
 * Between our miss and our lease another call may have published, unless the store knows that none has. On the way of a
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

interface Requested {
  /** `undefined`: the store failed, so go on without. */
  readonly lease: Lease<Mode> | undefined | 'held'
  readonly holder?: LeaseHolder | undefined
}

const NO_LEASE: Requested = { lease: undefined }

function* requestLease(
  plan: Plan,
  identity: Identity,
  flight: Flight,
  options: Pick<LeaseOptions, 'steal'> = {},
): Steps<Requested> {
  const ms = plan.adapter.leaseMs ?? LEASE_MS
  let holder: LeaseHolder | undefined
  const lease = yield* wait(
    ask<Lease<Mode> | undefined | 'held'>(
      plan,
      'lease',
      identity.hash,
      () => {
        const onHeld = (one: LeaseHolder) => {
          holder = one
        }
        const reply = plan.store.lease!(identity.hash, ms, { ...options, onHeld })
        return isThenable(reply) ? reply.then((one) => one ?? 'held') : ((reply as Lease<Mode> | undefined) ?? 'held')
      },
      undefined,
    ),
  )
  if (lease !== undefined && lease !== 'held') noteHeld(plan, identity, flight)
  return { lease, holder }
}

/**
 * Waits for the holder. A thread never sleeps for a lease that it holds itself, nor for one whose function answers with
 * promises: then the event loop goes on.
 */
function* rest(
  plan: Plan,
  identity: Identity,
  flight: Flight,
  holder: LeaseHolder | undefined,
  ms: number,
): Steps<unknown> {
  const own = heldHere(plan, identity)
  if (own !== undefined) {
    // Its function has not come back: this call is made by it.
    if (own.landing === undefined) return RING
    plan.learned.promises = true
    const ended = own.landing.then(ignore, ignore)
    return yield* wait(join(own, Promise.race([ended, plan.surroundings.sleep(ms)]), flight))
  }
  if (holder?.promised === true) plan.learned.promises = true
  if (plan.isAsync || plan.learned.promises) return yield* wait(plan.surroundings.sleep(ms))
  return plan.surroundings.sleepSync(plan.learned.values ? ms : Math.min(ms, BLOCKING_MS))
}

function ignore(): void {}

/** A renewal that fails shows at publishing; until then there is nothing to do about it. */
function quietly(act: () => unknown): void {
  try {
    const reply = act()
    if (isThenable(reply)) reply.then(undefined, () => {})
  } catch {}
}
