import { run, type Steps } from '../concurrency/sync-or-async.ts'
import { asError } from '../runtime/as-error.ts'
import { type RightToStore, tryAcquireLease } from './acquire-lease.ts'
import { argumentsChanged, checkUnhash } from './cache-key.ts'
import type { Computation } from './computation.ts'
import { compute } from './compute.ts'
import { pickleKey, pickleKeyEarly } from './create-entry.ts'
import { enterLimits, limitsOf } from './enter-limits.ts'
import { ownLeaseHolder } from './own-leases.ts'
import { reportProblem } from './store-guard.ts'
import { notifyWaitUntil } from './wait-until.ts'

/** Computes an expired entry again after the caller has been served: once, here and in all processes. */
export function refreshInBackground(computation: Omit<Computation, 'flight'>): void {
  const { context, cacheKey } = computation
  const { canonicalKey, hash } = cacheKey
  const { monotonic, soon } = context.runtime
  if (!context.refreshes.mayStart(context, canonicalKey, monotonic())) return
  // A flight of its own that no call joins: callers get the stale result meanwhile.
  const flight = context.flights.start(canonicalKey, { joinable: false })
  const one = { flight, since: monotonic() }
  context.refreshes.start(canonicalKey, one)
  pickleKeyEarly(context, cacheKey)
  const work = soon(() => run(refreshOnce({ ...computation, flight })))
  const refresh = work
    .then(
      () => context.refreshes.succeeded(canonicalKey),
      (error) => {
        context.refreshes.failed(canonicalKey, monotonic())
        reportProblem(context, 'refresh', hash, asError(error))
      },
    )
    .finally(() => {
      context.refreshes.end(canonicalKey, one)
      context.flights.end(flight)
    })
  flight.result = refresh.then(() => undefined)
  notifyWaitUntil(context, refresh)
}

function* refreshOnce(computation: Computation): Steps<void> {
  const { context, call, cacheKey, flight } = computation
  if (argumentsChanged(context, call.self, call.args, cacheKey)) return
  checkUnhash(context, cacheKey)
  const pickledKey = pickleKey(context, cacheKey)
  flight.limits = limitsOf(context, {})
  if (flight.limits !== undefined) yield* enterLimits(context, flight)
  const acquired = yield* acquireForRefresh(computation)
  if (acquired === undefined) return
  // The call has been answered long ago: this run is none of it.
  const { onRun: _, ...own } = call
  yield* compute({ context, call: own, cacheKey, flight }, acquired, pickledKey)
}

function* acquireForRefresh({ context, call, cacheKey, flight }: Computation): Steps<RightToStore | undefined> {
  const acquired = yield* tryAcquireLease(context, cacheKey, { maxAge: call.maxAge, flight })
  if (acquired?.kind !== 'held') return acquired
  if (acquired.by === undefined) return undefined
  const heldFor = context.refreshes.heldFor(cacheKey.canonicalKey, acquired.by, context.runtime.monotonic())
  const isHung = ownLeaseHolder(context, cacheKey)?.overdue === true || heldFor >= context.waitTimeout
  return isHung ? { kind: 'timeout', from: acquired.by } : undefined
}
