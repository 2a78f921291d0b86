import type { Flight, Reserve, Succession } from '../concurrency/flight.ts'
import type { Steps } from '../concurrency/sync-or-async.ts'
import type { Plan } from '../context.ts'
import type { Turn } from './acquire-lease.ts'
import { seizeTurn } from './acquire-lease.ts'
import type { Identity } from './cache-key.ts'
import { keepAlive, release, succeed } from './lease.ts'
import { heldHere, noteHeld } from './own-leases.ts'
/** Takes the lease for a refresh: from a run of this process in such a way that it can be given back. */
export function* overtake(plan: Plan, identity: Identity, flight: Flight): Steps<Turn & { kind: 'mine' }> {
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
  noteHeld(plan, identity, before!, lease)
  earlier.lease = lease
  earlier.stopRenewing?.()
  earlier.stopRenewing = keepAlive(plan, lease)
}
