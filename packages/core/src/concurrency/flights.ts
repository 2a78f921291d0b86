import { currentFlight, type Flight, isInside, type LaterResult, leaveLimits } from './flight.ts'

// On a well-known symbol: two copies of core share the count.
const COUNT = Symbol.for('@persist/core/flights@1')
const counted = globalThis as { [COUNT]?: { begun: number } }
counted[COUNT] ??= { begun: 0 }
const count = counted[COUNT]

/** Gives a flight its number in the order of runs, since its function is about to begin. */
export function numberRun(flight: Flight): void {
  flight.began = nextNumber()
}

/** The next number in the order of runs. */
export function nextNumber(): number {
  return count.begun++
}

/** The flights of one persisted function. */
export class Flights {
  readonly #joinable = new Map<string, Flight>()
  readonly #running = new Set<Flight>()
  /** Running flights of each key that later calls do not join. */
  readonly #former = new Map<string, Set<Flight>>()

  /** The flight that an identical call may join. */
  find(canonicalKey: string): Flight | undefined {
    return this.#joinable.get(canonicalKey)
  }

  start(canonicalKey: string, { joinable = true } = {}): Flight {
    const parent = currentFlight()
    const flight: Flight = {
      canonicalKey,
      parent,
      began: Number.POSITIVE_INFINITY,
      ended: false,
      closed: false,
      fenced: false,
      overdue: false,
      waiters: 1,
    }
    if (parent !== undefined) {
      if (parent.isCheck) flight.isCheck = true
      parent.children ??= new Set()
      parent.children.add(flight)
    }
    if (joinable) {
      const before = this.#joinable.get(canonicalKey)
      if (before !== undefined) this.close(before)
      this.#joinable.set(canonicalKey, flight)
    } else this.#addFormer(flight)
    this.#running.add(flight)
    return flight
  }

  /** A flight in the place of one that ends before its result is stored: what fences a run fences it too. */
  standIn({
    canonicalKey,
    began,
    fenced = false,
    deletedTags,
    oldestAccepted,
    isRefresh = false,
  }: Pick<Flight, 'canonicalKey' | 'began' | 'deletedTags' | 'oldestAccepted'> & Partial<Flight>): Flight {
    const flight: Flight = {
      canonicalKey,
      parent: undefined,
      began,
      ended: false,
      closed: true,
      fenced,
      ...(deletedTags !== undefined && { deletedTags: new Set(deletedTags) }),
      ...(oldestAccepted !== undefined && { oldestAccepted }),
      isRefresh,
      overdue: false,
      isUnsaved: true,
      waiters: 0,
    }
    this.#addFormer(flight)
    this.#running.add(flight)
    return flight
  }

  /** Whether the calling code runs in the function of a flight of the key, or in code that it started. */
  isInside(canonicalKey: string): boolean {
    for (const flight of this.#running) if (flight.canonicalKey === canonicalKey && isInside(flight)) return true
    return false
  }

  /** Ends a flight and drops its references: async contexts that its function started may keep the flight alive. */
  end(flight: Flight): void {
    flight.ended = true
    flight.dropLease?.()
    flight.dropLease = undefined
    leaveLimits(flight)
    flight.result = undefined
    flight.succession = undefined
    flight.parent?.children?.delete(flight)
    this.#running.delete(flight)
    this.#removeFormer(flight)
    this.close(flight)
  }

  /** Forbids running flights of the key (or of all) to store, and later calls to join them. */
  fence(canonicalKey?: string): void {
    for (const flight of this.#running) {
      if (canonicalKey !== undefined && flight.canonicalKey !== canonicalKey) continue
      flight.fenced = true
      this.close(flight)
    }
  }

  /** Like {@link fence}, but only for results with this tag. */
  fenceTag(tag: string): void {
    for (const flight of this.#running) {
      flight.deletedTags ??= new Set()
      flight.deletedTags.add(tag)
      this.close(flight)
    }
  }

  /** Lets later calls of the key (or of all) join no flight that runs now. It may still store, unless a later run has. */
  outdate(canonicalKey: string | undefined): void {
    for (const flight of this.#running)
      if (canonicalKey === undefined || flight.canonicalKey === canonicalKey) this.close(flight)
  }

  /** Marks a flight that took longer than a caller waits. Later calls start their own, and the first to end stores. */
  markOverdue(flight: Flight): void {
    flight.overdue = true
    this.close(flight)
  }

  /** Forbids runs that began earlier than `began` to store, and later calls to join them: the run of that number has stored. */
  supersede(canonicalKey: string, began: number, result?: LaterResult): void {
    const joinable = this.#joinable.get(canonicalKey)
    for (const flight of [...(this.#former.get(canonicalKey) ?? []), ...(joinable === undefined ? [] : [joinable])])
      if (result !== undefined && flight !== result.by) noteAcceptedOf(flight, began, result)
    for (const flight of this.#former.get(canonicalKey) ?? []) {
      if (flight.began >= began) continue
      flight.fenced = true
      // An iteration, which later calls could still follow.
      this.close(flight)
    }
    // A call may have read the earlier result. An earlier run is of another wrapping: this one has begun the later run.
    if (joinable === undefined || (joinable.began >= began && joinable.began !== Number.POSITIVE_INFINITY)) return
    if (joinable.began < began) joinable.fenced = true
    this.close(joinable)
  }

  /** Removes one waiter. When the last one leaves, aborts the function and accepts no new ones. */
  leave(flight: Flight, reason: unknown): void {
    if (--flight.waiters > 0) return
    flight.left = { reason }
    this.close(flight)
    flight.abort?.abort(reason)
  }

  /** Accepts no new callers. */
  close(flight: Flight): void {
    flight.closed = true
    if (!flight.ended) this.#addFormer(flight)
    if (this.#joinable.get(flight.canonicalKey) === flight) this.#joinable.delete(flight.canonicalKey)
  }

  #addFormer(flight: Flight): void {
    const former = this.#former.get(flight.canonicalKey) ?? new Set()
    this.#former.set(flight.canonicalKey, former.add(flight))
  }

  #removeFormer(flight: Flight): void {
    const former = this.#former.get(flight.canonicalKey)
    if (former?.delete(flight) && former.size === 0) this.#former.delete(flight.canonicalKey)
  }
}

/**
 * Notes which entries the results of refreshes replace, if they have to wait for their store: a later result those that an earlier
 * one was to replace, and the result of a later run that of an earlier one.
 */
function noteAcceptedOf(flight: Flight, began: number, { by, storedAt = Number.NEGATIVE_INFINITY }: LaterResult): void {
  const { oldestAccepted } = flight
  if (oldestAccepted === undefined) return
  if (flight.began < began) by.oldestAccepted = Math.max(by.oldestAccepted ?? oldestAccepted, oldestAccepted)
  else flight.oldestAccepted = Math.max(oldestAccepted, storedAt + 1)
}
