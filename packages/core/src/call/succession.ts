import type { Entry, Lease, Mode } from '@persist/store'
import type { Plan } from '../plan/plan.ts'
import type { Flight } from './flight.ts'
import { heldHere, noteHeld } from './held-here.ts'
import type { Identity } from './identity.ts'
import { type Steps, wait } from './steps.ts'
import { keepAlive, release, seizeTurn, succeed, type Turn } from './turn.ts'

/**
 * Of two runs in this process with one key, a refresh that began later takes the lease from the earlier run. If the refresh
 * then stores nothing, the earlier run still may: by the lease, which shows that nothing was set or deleted meanwhile.
 */
export interface Succession {
  /** The lease by which the run may store. */
  lease: Lease<Mode> | undefined
  /** The run from which it took the lease. */
  before?: Flight | undefined
  /** The run that took the lease from it. */
  after?: Flight | undefined
  /** The result of an earlier run that has ended: to be stored if this run stores nothing. */
  inReserve?: Reserve | undefined
  /** Ends the renewal of a lease that came back. */
  stopRenewing?: () => void
}

/** A result, and the point in the order of deletions by tag at which its run began. */
export interface Reserve {
  readonly entry: Entry
  readonly value: unknown
  readonly mark: string | undefined
}

/** The refreshes that are taking a lease: one after the other, or one would not know from which run it takes it. */
const taking = new Map<string, Promise<void>>()

/** Takes the lease for a refresh: from a run of this process in such a way that it can be given back. */
export function* overtake(plan: Plan, identity: Identity, flight: Flight): Steps<Turn & { kind: 'mine' }> {
  const name = `${plan.adapter.name}\0${plan.namespace}\0${identity.hash}`
  for (let other = taking.get(name); other !== undefined; other = taking.get(name)) yield* wait(other)
  let ended = () => {}
  taking.set(
    name,
    new Promise((resolve) => {
      ended = resolve
    }),
  )
  try {
    return yield* takeOver(plan, identity, flight)
  } finally {
    taking.delete(name)
    ended()
  }
}

function* takeOver(plan: Plan, identity: Identity, flight: Flight): Steps<Turn & { kind: 'mine' }> {
  const before = heldHere(plan, identity)
  const held = before?.succession
  if (held?.lease?.id !== undefined) {
    // Before the reply: the earlier run may end first.
    const own: Succession = { lease: undefined, before }
    flight.succession = own
    held.after = flight
    own.lease = yield* succeed(plan, identity, flight, held.lease.id)
    if (own.lease !== undefined) return { kind: 'mine', lease: own.lease }
    flight.succession = undefined
    held.after = undefined
  }
  return yield* seizeTurn(plan, identity, flight)
}

/** Leaves a result to the run that took the lease. `false`: there is none. */
export function leaveInReserve({ succession }: Flight, reserve: Reserve): boolean {
  const after = succession?.after
  if (after?.succession === undefined || after.ended || after.fenced) return false
  // A later result stays.
  after.succession.inReserve ??= reserve
  return true
}

/** Gives the lease of a run that stores nothing to the earlier run; back to the store if there is none. */
export function* handBack(plan: Plan, identity: Identity, { lease, before, after }: Succession): Steps<void> {
  const earlier = before?.succession
  if (lease === undefined || earlier === undefined || before!.ended || before!.fenced) {
    return yield* release(plan, identity, lease)
  }
  earlier.after = after
  if (after?.succession !== undefined) {
    after.succession.before = before
    return
  }
  noteHeld(plan, identity, before!)
  earlier.lease = lease
  earlier.stopRenewing?.()
  earlier.stopRenewing = keepAlive(plan, lease)
}
