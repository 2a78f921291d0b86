import type { LeaseHolder } from '@persist/store'
import type { Flight, NotedLease, RunLimit } from './flight.ts'

const MOST_IDS = 100
const LONGEST_ID = 200
const MOST_LEASES = 100
/** So many flights are looked at: a very deep recursion must not make each look a long one. */
const MOST_FLIGHTS = 10_000

/**
 * A flight's wait for a lease of another process. Such waits may make a ring through any number of processes. So each
 * lease notes all that its holder waits for, directly or through other holders. A call that waits for a lease whose holder
 * waits for a lease of the call's own is in a ring.
 *
 * This is edge chasing: K. M. Chandy, J. Misra, L. M. Haas, "Distributed deadlock detection", 1983. There probes are sent
 * along the waits; here they are written down, since each call that waits looks at the lease again and again anyway.
 *
 * A note may be out of date. Then a result is computed twice; nothing else depends on it.
 */
export class ForeignWait {
  readonly #flight: Flight
  readonly #noted = new Set<NotedLease>()

  constructor(flight: Flight) {
    this.#flight = flight
  }

  /** Whether the holder waits for this flight, too. */
  closesRing({ waitsFor = [] }: LeaseHolder): boolean {
    if (waitsFor.length === 0) return false
    const ids = new Set<string | undefined>(waitsFor)
    for (const { id } of this.#waiting()) if (id !== undefined && ids.has(id)) return true
    return false
  }

  /** Notes in all leases whose holders wait with this flight what they wait for. */
  note({ id, waitsFor = [] }: LeaseHolder): void {
    const ids = [id, ...waitsFor.slice(0, MOST_IDS - 1)].filter((one) => one.length <= LONGEST_ID)
    let left = MOST_LEASES
    for (const lease of this.#waiting()) {
      if (left-- === 0) return
      this.#noted.add(lease)
      lease.add(this, ids)
    }
  }

  end(): void {
    for (const lease of this.#noted) lease.remove(this)
  }

  /** The leases whose holders cannot go on before this flight does, the nearest first. */
  *#waiting(): Generator<NotedLease> {
    for (const { lease } of waitingWith(this.#flight)) if (lease !== undefined) yield lease
  }
}

/**
 * The flight, and all flights of this process that wait for it, through any number of others. A flight in line at a limit
 * waits if all runs that hold a place there wait. Such a run may itself wait for a flight in that line, so first each limit
 * counts as blocked, and then those do not where a run goes on.
 */
function waitingWith(flight: Flight): ReadonlySet<Flight> {
  const open = new Set<RunLimit>()
  for (;;) {
    const { found, limits } = waitingBehind(flight, open)
    const opened = [...limits].filter(({ holders }) => ![...holders].every((one) => found.has(one)))
    if (opened.length === 0) return found
    for (const limit of opened) open.add(limit)
  }
}

/** The flights that wait if all limits but the open ones are blocked, and the blocked limits among them. */
function waitingBehind(flight: Flight, open: ReadonlySet<RunLimit>) {
  const found = new Set([flight])
  const limits = new Set<RunLimit>()
  // A set's iteration comes to what was added meanwhile.
  for (const one of found) {
    if (found.size > MOST_FLIGHTS) break
    if (one.parent?.ended === false) found.add(one.parent)
    for (const { from } of one.joinedBy ?? []) found.add(from)
    // The flight itself gives its places back while it waits.
    for (const limit of (one !== flight && one.places) || []) {
      if (open.has(limit) || limits.has(limit)) continue
      limits.add(limit)
      for (const waiting of limit.queue()) found.add(waiting)
    }
  }
  return { found, limits }
}
