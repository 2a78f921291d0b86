import { run, type Steps } from '../concurrency/sync-or-async.ts'
import { byteLength } from '../runtime/byte-length.ts'
import { tryAcquireLease } from './acquire-lease.ts'
import type { Computation } from './computation.ts'
import { noteUnreleased } from './lease.ts'
import type { RightToStore } from './lease-result.ts'
import { leaseNameOf } from './own-leases.ts'
import type { Publication } from './publication.ts'
import { end } from './succession.ts'
import { quietly } from './when-back.ts'

type Run = Omit<Computation, 'call'>
type Publish = (run: Run, publication: Publication) => Steps<boolean>

/** No lease shows that another process has not deleted the entry since. A server is restarted within this time. */
const WITHOUT_LEASE_MS = 60_000

/**
 * Keeps a result until its store is back, if the store is unavailable. The lease of the run then shows whether another process
 * has set or deleted the entry meanwhile; a result without one is kept for a minute only. Changes in this process fence it as
 * they fence a run.
 */
export function keepUnsaved({ context, cacheKey, flight }: Run, publication: Publication, publish: Publish): void {
  const { circuit, runtime } = context
  const { entry, unsavedSince = runtime.monotonic() } = publication
  if (circuit.error === undefined) return
  const name = leaseNameOf(context, cacheKey)
  const before = circuit.unsaved.take(name)
  before?.replaced?.()
  const lease = publication.succession.lease ?? before?.lease
  const mark = publication.mark ?? before?.mark
  if (entry.tags !== undefined && mark === undefined) return
  publication.succession.lease = undefined
  const waiting = context.flights.standIn(flight)
  const durationMs = entry.durationMs ?? 0

  function* attempt(): Steps<void> {
    const succession = { flight: waiting, lease }
    try {
      const acquired = lease === undefined ? yield* rightToStore() : ({ kind: 'acquired', lease } as const)
      if (acquired === undefined) return
      succession.lease = acquired.lease
      yield* publish(
        { context, cacheKey, flight: waiting },
        { ...publication, acquired, succession, mark, unsavedSince },
      )
    } finally {
      context.flights.end(waiting)
      yield* end(context, cacheKey, succession)
    }
  }

  /** `undefined`: another process has computed the entry, or computes it. */
  function* rightToStore(): Steps<(RightToStore & { readonly kind: 'acquired' }) | undefined> {
    if (runtime.monotonic() - unsavedSince > WITHOUT_LEASE_MS) return undefined
    const options = { maxAge: Number.POSITIVE_INFINITY, flight: waiting }
    const acquired = yield* tryAcquireLease(context, cacheKey, options)
    return acquired?.kind === 'acquired' ? acquired : undefined
  }

  circuit.unsaved.keep(name, {
    bytes: byteLength(entry.payload),
    durationMs,
    lease,
    mark,
    store: () => quietly(() => run(attempt())),
    replaced: () => context.flights.end(waiting),
    drop() {
      context.flights.end(waiting)
      if (lease?.id !== undefined) noteUnreleased(lease.id)
      // In a database it ends by itself. In a folder it looks alive as long as this process is.
      if (context.adapter.mode === 'sync') quietly(() => lease?.release())
    },
  })
  void circuit.unsaved.keepAlive(durationMs, runtime)
}
