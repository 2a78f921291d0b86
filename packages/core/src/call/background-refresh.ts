import { run, type Steps } from '../concurrency/sync-or-async.ts'
import { asError } from '../runtime/as-error.ts'
import { tryAcquireLease } from './acquire-lease.ts'
import { argumentsChanged, checkUnhash } from './cache-key.ts'
import type { Computation } from './computation.ts'
import { compute } from './compute.ts'
import { pickleKey, pickleKeyEarly } from './create-entry.ts'
import { enterLimits, limitsOf } from './enter-limits.ts'
import type { RightToStore } from './lease-result.ts'
import { ownLeaseHolder } from './own-leases.ts'
import { reportProblem } from './store-guard.ts'
import { lateTo } from './succession.ts'
import { notifyWaitUntil } from './wait-until.ts'

/** Recomputes a stale entry after the caller has been served: once across this process and all others. */
export function refreshInBackground(computation: Omit<Computation, 'flight'>): void {
  const { context, cacheKey } = computation
  const { canonicalKey, hash } = cacheKey
  const { monotonic, soon } = context.runtime
  if (!context.refreshes.mayStart(context, canonicalKey, monotonic())) return
  // No call joins this flight: callers get the stale result meanwhile.
  const flight = context.flights.start(canonicalKey, { joinable: false })
  const refresh = { flight, since: monotonic() }
  context.refreshes.start(canonicalKey, refresh)
  pickleKeyEarly(context, cacheKey)
  const work = soon(() => run(refreshOnce({ ...computation, flight })))
  const ended = work
    .then(
      () => context.refreshes.succeeded(canonicalKey),
      (error) => {
        context.refreshes.failed(canonicalKey, monotonic())
        reportProblem(context, 'refresh', hash, asError(error))
      },
    )
    .finally(() => {
      context.refreshes.end(canonicalKey, refresh)
      context.flights.end(flight)
    })
  flight.result = ended.then(() => undefined)
  notifyWaitUntil(context, ended)
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
  // The caller has its result already: its `onRun` does not count this run.
  const { onRun: _, ...withoutOnRun } = call
  yield* compute({ context, call: withoutOnRun, cacheKey, flight }, acquired, pickledKey)
}

function* acquireForRefresh({ context, call, cacheKey, flight }: Computation): Steps<RightToStore | undefined> {
  const acquired = yield* tryAcquireLease(context, cacheKey, { maxAge: call.maxAge, flight })
  if (acquired?.kind !== 'held') return acquired
  if (acquired.by === undefined) return undefined
  const heldFor = context.refreshes.heldFor(cacheKey.canonicalKey, acquired.by, context.runtime.monotonic())
  const isHung = ownLeaseHolder(context, cacheKey)?.overdue === true || heldFor >= context.waitTimeout
  return isHung ? lateTo(context, cacheKey, flight, acquired.by) : undefined
}
