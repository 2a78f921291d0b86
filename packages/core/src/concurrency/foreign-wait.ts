import type { LeaseHolder } from '@persist/store'
import type { Flight, NotedLease, RunLimit } from './flight.ts'

const MAX_IDS = 100
const MAX_ID_LENGTH = 200
const MAX_LEASES = 100
/** The limit on visited flights, so that a check stays short in a very deep recursion. */
const MAX_FLIGHTS = 10_000

/**
 * A flight's wait for a lease of another process. Such waits may form a ring through any number of processes. So each lease
 * notes all leases that its holder waits for, directly or through other holders. A call is in a ring if it waits for a
 * lease whose holder waits for one of the call's own leases.
 *
 * This is edge chasing: K. M. Chandy, J. Misra, L. M. Haas, "Distributed deadlock detection", 1983. There, probes are sent
 * along the waits. Here they are stored in the leases, since each waiting call polls the lease anyway.
 *
 * A note may be outdated. Then a result is computed twice; nothing else depends on notes.
 */
export class ForeignWait {
  readonly #flight: Flight
  readonly #noted = new Set<NotedLease>()

  constructor(flight: Flight) {
    this.#flight = flight
  }

  /** Whether the holder waits for this flight. */
  closesRing({ waitsFor = [] }: LeaseHolder): boolean {
    if (waitsFor.length === 0) return false
    const ids = new Set<string | undefined>(waitsFor)
    for (const { id } of this.#waiting()) if (id !== undefined && ids.has(id)) return true
    return false
  }

  /** Notes the wait in all leases whose holders wait for this flight. */
  note({ id, waitsFor = [] }: LeaseHolder): void {
    const ids = [id, ...waitsFor.slice(0, MAX_IDS - 1)].filter((lease) => lease.length <= MAX_ID_LENGTH)
    let left = MAX_LEASES
    for (const lease of this.#waiting()) {
      if (left-- === 0) return
      this.#noted.add(lease)
      lease.add(this, ids)
    }
  }

  /** Removes the notes. */
  end(): void {
    for (const lease of this.#noted) lease.remove(this)
  }

  /** The leases whose holders cannot continue before this flight does, nearest first. */
  *#waiting(): Generator<NotedLease> {
    for (const { lease } of waitingWith(this.#flight)) if (lease !== undefined) yield lease
  }
}

/**
 * The flight, and all flights of this process that wait for it, directly or through others. A flight queued at a limit waits
 * if all runs that hold a slot there wait. Such a run may itself wait for a flight in that queue. So all limits count as
 * blocked first; then the limits where a run goes on are opened, until none is left.
 */
function waitingWith(flight: Flight): ReadonlySet<Flight> {
  const open = new Set<RunLimit>()
  for (;;) {
    const { found, limits } = waitingIfBlocked(flight, open)
    const opened = [...limits].filter(({ holders }) => ![...holders].every((one) => found.has(one)))
    if (opened.length === 0) return found
    for (const limit of opened) open.add(limit)
  }
}

/** The flights that wait if all limits but the open ones are blocked, and the blocked limits among them. */
function waitingIfBlocked(flight: Flight, open: ReadonlySet<RunLimit>) {
  const found = new Set([flight])
  const limits = new Set<RunLimit>()
  // The iteration of a set includes members that are added during it.
  for (const waiting of found) {
    if (found.size > MAX_FLIGHTS) break
    if (waiting.parent?.ended === false) found.add(waiting.parent)
    for (const { from } of waiting.joinedBy ?? []) found.add(from)
    // The flight itself releases its slots while it waits.
    for (const limit of (waiting !== flight && waiting.slots) || []) {
      if (open.has(limit) || limits.has(limit)) continue
      limits.add(limit)
      for (const queued of limit.queue()) found.add(queued)
    }
  }
  return { found, limits }
}
