import { type ContextStorage, contextStorage } from '@persist/platform'
import type { Entry, Lease, Mode } from '@persist/store'
import type { Observation } from '../trace/observation.ts'
import type { Trace } from '../trace/trace.ts'
import { tracing } from '../trace/tracing.ts'
import type { AnyFunction } from '../types/functions.ts'

/** The result of a flight: the value, and its payload if there is one, for further copies. */
export interface FlightResult {
  readonly value: unknown
  readonly payload?: string | Uint8Array
  /** Whether the function returned a promise. */
  readonly promised: boolean
  /** When a stored result was computed, in milliseconds since 1970. Absent: by this flight. */
  readonly createdAt?: number
  /** The caller changed its arguments before the function began, so this is no result for the flight's key. */
  readonly argumentsChanged?: boolean
  /**
   * An input changed while the function ran, or cannot be verified, or is a call, of which only a lookup shows whether it would
   * return the same. So the result may be older than a call that joined during the run.
   */
  readonly mayBeOld?: boolean
}

/** A running call in this process that identical calls may join. */
export interface Flight {
  readonly canonicalKey: string
  /** The running flight whose function started this one. */
  parent: Flight | undefined
  /** The running flights that this one's function started. */
  children?: Set<Flight>
  /** The waits of this flight's function for other flights. A ring of them would never end. */
  joins?: Set<Join>
  /** The waits of other flights for this one. */
  joinedBy?: Set<Join>
  /** The flight that was current before this one's function was called. */
  outer?: Flight | undefined
  /** Its number in the order in which the functions of flights began in this process; `Infinity` before that. */
  began: number
  ended: boolean
  /** Calls can no longer join it. */
  closed: boolean
  /** Its entry was set, deleted or cleared since it began, so its result must not be stored. */
  fenced: boolean
  /** The tags deleted since it began. A result with one of them must not be stored. */
  deletedTags?: Set<string>
  /**
   * With `trace`: what its inputs are being compared for, or have been. A call that joins it from then on may have begun after a
   * change that the comparison missed.
   */
  compared?: 'stored result' | 'own result' | undefined
  /** It computes whatever is stored. */
  isRefresh?: boolean
  /** When its function returned its result, or an iteration began: the age of what later calls would get, in milliseconds since 1970. */
  madeAt?: number
  /** Its function has failed, and an input may have changed since it began. */
  errorMayBeOld?: boolean
  /**
   * It runs to check an entry, or in a flight that does. Its lookups make no calls for further checks: where the results of
   * calls differ each time, there would be twice as many runs for each level.
   */
  isCheck?: boolean
  /** It stands for a run that has ended, and whose result waits for the store. */
  isUnsaved?: boolean
  /** A caller has waited for it as long as `waitTimeout` allows. */
  overdue: boolean
  /** Absent until its synchronous part has ended: a call that finds it before that comes from within it. */
  result?: Promise<FlightResult | undefined> | undefined
  /** The number of callers that wait for it. */
  waiters: number
  /** The greatest age of a stored result that it returns, in milliseconds; 0 for a refresh. */
  maxAge?: number
  /** When the oldest stored result was made that it returns, in milliseconds since 1970. Absent: it may be of any age. */
  oldestAccepted?: number | undefined
  /** Why the last caller left. */
  left?: { readonly reason: unknown }
  /** Aborts the function when the last caller has left. */
  abort?: AbortController
  /** The calls whose new results flights within it have stored, with `PERSIST_MODE=refresh`. */
  refreshed?: Set<string>
  /** What the identities of its arguments have read, as that of a file: an equal call may have another file of that content. */
  keyReads?: readonly Observation[]
  /** The lease that it holds. */
  lease?: NotedLease | undefined
  /** Removes the lease from those of this thread; for `Flights.end`. */
  dropLease?: (() => void) | undefined
  /** Its lease, and the runs before and after it. */
  succession?: Succession | undefined
  /** What its function reads, with the option `trace`. */
  trace?: Trace | undefined
  /** Limits on how many flights run at once: see the class `Limit`. */
  limits?: readonly RunLimit[] | undefined
  /** The limits of which it holds a slot. */
  slots?: RunLimit[] | undefined
  /** The limit at which it is queued. */
  queuedAt?: RunLimit | undefined
}

/**
 * If two runs in this process have one key, a refresh that began later takes the lease from the earlier run. If the refresh
 * then stores nothing, the earlier run still may, with that lease: it proves that the entry was not set or deleted since.
 */
export interface Succession {
  readonly flight: Flight
  /** The lease by which the run may store. */
  lease: Lease<Mode> | undefined
  /** The run from which it took the lease. */
  before?: Succession | undefined
  /** The run that took the lease from it. */
  after?: Succession | undefined
  /** The id of the lease that it took from a result which waits for its store. */
  readonly tookFrom?: string
  /** The result of an earlier run that has ended, to store if this run stores nothing. */
  inReserve?: Reserve | undefined
  /** The run no longer looks at its lease: none can be returned to it, and no result left to it. Its flight may end before. */
  isOver?: boolean
  /** Ends the renewal of a lease that was returned to this run. */
  stopRenewing?: () => void
}

/** A result, and the point in the order of deletions by tag at which its run began. */
export interface Reserve {
  readonly entry: Entry
  readonly value: unknown
  readonly mark: string | undefined
}

/** A result that takes the place of those of earlier runs. */
export interface LaterResult {
  readonly by: Flight
  /** When it was made, in milliseconds since 1970, if it is stored. */
  readonly storedAt: number | undefined
}

/** A lease that a flight holds, with a note of the leases that the flight waits for. */
export interface NotedLease {
  readonly id: string | undefined
  /** Notes a wait for these leases. */
  add(wait: object, ids: readonly string[]): void
  /** Removes a wait that has ended. */
  remove(wait: object): void
  /** Stops noting: the note ends with the lease. */
  end(): void
}

/** A limit on concurrent runs, as flights use it. */
export interface RunLimit {
  readonly max: number
  /** The runs that hold a slot. */
  readonly holders: ReadonlySet<Flight>
  readonly isFull: boolean
  /** Takes a slot. Returns a promise if the run has to wait for one. */
  enter(flight: Flight): undefined | Promise<void>
  /** The queued runs, in order. */
  queue(): Iterable<Flight>
  /** Lets a queued run start. */
  admit(flight: Flight): void
  /** Passes the slot on to the next queued run. */
  leave(flight: Flight): void
}

/** One flight's wait for another. */
export interface Join {
  readonly from: Flight
  readonly target: Flight
  /** Ends the wait, which is part of a ring. */
  readonly breakRing: () => void
}

// On a well-known symbol: two copies of core in one process see each other's flights.
const CURRENT = Symbol.for('@persist/core/flight@3')
const shared = globalThis as { [CURRENT]?: ContextStorage<Flight | undefined> }
shared[CURRENT] ??= contextStorage()
const current = shared[CURRENT]

/** The flight whose function runs the calling code. */
export function currentFlight(): Flight | undefined {
  return running(current.getStore())
}

/** The trace of the nearest traced flight among these: the flight, its parents. */
export function traceAround(flight: Flight | undefined): Trace | undefined {
  for (let one = running(flight); one !== undefined; one = running(one.parent)) {
    if (one.trace !== undefined) return one.trace
  }
  return undefined
}

tracing.current ??= () => traceAround(current.getStore())

/** Whether the calling code runs in the function of the flight, or in code that it started. */
export function isInside(flight: Flight): boolean {
  for (let one = currentFlight(); one !== undefined; one = running(one.parent)) if (one === flight) return true
  return false
}

/** Whether a refresh of the name has stored its result within the outermost running flight around the calling code. */
export function isRefreshed(name: string): boolean {
  return outermost(currentFlight())?.refreshed?.has(name) === true
}

/** Notes that the refresh of the name has stored its result. */
export function noteRefreshed({ parent }: Flight, name: string): void {
  const flight = outermost(running(parent))
  if (flight === undefined) return
  flight.refreshed ??= new Set()
  flight.refreshed.add(name)
}

function outermost(flight: Flight | undefined): Flight | undefined {
  let found = flight
  for (let one = flight; one !== undefined; one = running(one.parent)) found = one
  return found
}

/** Whether a result with these tags must not be stored, because its entry was set or deleted after the flight began. */
export function isFenced({ fenced, deletedTags }: Flight, tags: readonly string[] = []): boolean {
  return fenced || (deletedTags !== undefined && tags.some((tag) => deletedTags.has(tag)))
}

/** Releases the slots of a run that has ended or waits for another process. */
export function leaveLimits(flight: Flight): void {
  for (const limit of flight.slots ?? []) limit.leave(flight)
  flight.slots = undefined
}

/**
 * Makes a flight current until {@link leaveFlight}, and returns the function to call meanwhile. Unlike {@link runInFlight},
 * this pair adds no stack frame, where the platform can enter a flight.
 */
export function enterFlight(flight: Flight, fn: AnyFunction): AnyFunction {
  if (current.enterWith === undefined)
    return function (this: unknown, ...args: unknown[]) {
      return runInFlight(flight, () => Reflect.apply(fn, this, args))
    }
  flight.outer = current.getStore()
  current.enterWith(flight)
  return fn
}

/** Restores the flight that was current before {@link enterFlight}. */
export function leaveFlight(flight: Flight): void {
  current.enterWith?.(flight.outer)
  flight.outer = undefined
}

/** Calls `act` with the flight as the current one. */
export function runInFlight<T>(flight: Flight, act: () => T): T {
  return current.run(flight, act)
}

/** The nearest running ancestor, or the flight itself. Unlinks ended flights on the way, so that they do not pile up. */
function running(flight: Flight | undefined): Flight | undefined {
  let found = flight
  while (found?.ended) found = found.parent
  if (flight?.ended) flight.parent = found
  return found
}
