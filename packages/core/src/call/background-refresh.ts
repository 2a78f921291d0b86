import { run, type Steps } from '../concurrency/sync-or-async.ts'
import { asError } from '../runtime/as-error.ts'
import { tryTurn } from './acquire-lease.ts'
import { checkUnhash, hasStrayed } from './cache-key.ts'
import type { Computation } from './computation.ts'
import { compute, type OwnTurn } from './compute.ts'
import { holdKey, pickleKey } from './create-entry.ts'
import { enterLimits, limitsOf } from './enter-limits.ts'
import { heldHere } from './own-leases.ts'
import { tellProblem } from './store-guard.ts'
import { handOver } from './wait-until.ts'

/** Computes an expired entry again after the caller has been served: once, here and in all processes. */
export function refreshInBackground(computation: Omit<Computation, 'flight'>): void {
  const { plan, identity } = computation
  const { text, hash } = identity
  const { monotonic, soon } = plan.surroundings
  if (!plan.refreshes.mayStart(plan, text, monotonic())) return
  // A flight of its own that no call joins: callers get the stale result meanwhile.
  const flight = plan.flights.start(text, { joinable: false })
  const one = { flight, since: monotonic() }
  plan.refreshes.start(text, one)
  holdKey(plan, identity)
  const work = soon(() => run(once({ ...computation, flight })))
  const refresh = work
    .then(
      () => plan.refreshes.succeeded(text),
      (error) => {
        plan.refreshes.failed(text, monotonic())
        tellProblem(plan, 'refresh', hash, asError(error))
      },
    )
    .finally(() => {
      plan.refreshes.end(text, one)
      plan.flights.end(flight)
    })
  flight.landing = refresh.then(() => undefined)
  handOver(plan, refresh)
}

function* once(computation: Computation): Steps<void> {
  const { plan, call, identity, flight } = computation
  if (hasStrayed(plan, call.self, call.args, identity)) return
  checkUnhash(plan, identity)
  const pickledKey = pickleKey(plan, identity)
  flight.limits = limitsOf(plan, {})
  if (flight.limits !== undefined) yield* enterLimits(plan, flight)
  const turn = yield* turnOf(computation)
  if (turn === undefined) return
  // The call has been answered long ago: this run is none of it.
  const { onRun: _, ...own } = call
  yield* compute({ plan, call: own, identity, flight }, turn, pickledKey)
}

function* turnOf({ plan, call, identity, flight }: Computation): Steps<OwnTurn | undefined> {
  const turn = yield* tryTurn(plan, identity, { maxAge: call.maxAge, flight })
  if (turn?.kind !== 'held') return turn
  if (turn.by === undefined) return undefined
  const heldFor = plan.refreshes.heldFor(identity.text, turn.by, plan.surroundings.monotonic())
  const isHung = heldHere(plan, identity)?.overdue === true || heldFor >= plan.waitTimeout
  return isHung ? { kind: 'timeout', from: turn.by } : undefined
}
