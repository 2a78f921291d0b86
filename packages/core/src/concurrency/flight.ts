import { AsyncLocalStorage } from 'node:async_hooks'
import type { Entry, Lease, Mode } from '@persist/store'

/** What a flight brings back: the value, and its payload where there is one, for further copies. */
export interface FlightResult {
  readonly value: unknown
  readonly payload?: string | Uint8Array
  /** The function had answered with a promise. */
  readonly promised: boolean
  /** When a stored result was computed, in milliseconds since 1970. Absent: just now. */
  readonly createdAt?: number
  /** The caller changed its arguments before the function began: this is no result of the flight's key. */
  readonly argumentsChanged?: boolean
}

/** One running call in this process, which identical calls may join. */
export interface Flight {
  readonly canonicalKey: string
  /** The running flight in whose function this one began. */
  parent: Flight | undefined
  /** The running flights that began in this one's function. */
  children?: Set<Flight>
  /** What this flight's function waits for: a ring of these would never end. */
  joins?: Set<Join>
  /** The waits of other flights for this one. */
  joinedBy?: Set<Join>
  /** The flight that was the current one before this one's function was called. */
  outer?: Flight | undefined
  /** Its place in the order in which the flights of this process began. */
  readonly began: number
  ended: boolean
  /** No call joins it any more. */
  closed: boolean
  /** Set, deleted or cleared meanwhile: what it brings back must not be stored. */
  fenced: boolean
  /** The tags that were deleted since it began: what it brings back must not be stored with one of them. */
  deletedTags?: Set<string>
  /** Its write to a store without leases, which nothing but its order keeps from undoing a later change. */
  writing?: Promise<unknown> | undefined
  /** A caller has waited for it as long as it would. */
  overdue: boolean
  /** Absent until everything synchronous in it has come back: a call that meets it before comes from inside of it. */
  result?: Promise<FlightResult | undefined> | undefined
  /** How many callers wait for it. */
  waiters: number
  /** Why the last caller left. */
  left?: { readonly reason: unknown }
  /** Aborts what the function does once the last caller left. */
  abort?: AbortController
  /** What was computed again in it and the flights inside of it, with `PERSIST_MODE=refresh`. */
  refreshed?: Set<string>
  /** The lease that it holds. */
  lease?: NotedLease | undefined
  /** Where `Flights.end` takes the note away that this thread holds a lease. */
  dropLease?: (() => void) | undefined
  /** Its lease, and the runs before and after it. */
  succession?: Succession | undefined
  /** How many flights may run at once: see the class `Limit`. */
  limits?: readonly RunLimit[] | undefined
  /** The limits in which it holds a place. */
  places?: RunLimit[] | undefined
  /** The limit at which it stands in line. */
  queuedAt?: RunLimit | undefined
}

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

/** A lease that a flight holds, with what it notes there for those who wait for it. */
export interface NotedLease {
  readonly id: string | undefined
  /** The holder waits for these leases. */
  add(wait: object, ids: readonly string[]): void
  /** This wait has ended. */
  remove(wait: object): void
  /** The lease has ended, and its note with it. */
  end(): void
}

/** A limit on how many runs may go on at once, as a flight knows it. */
export interface RunLimit {
  readonly max: number
  /** The runs that go on. */
  readonly holders: ReadonlySet<Flight>
  readonly isFull: boolean
  /** Takes a place; a promise where there is none yet. */
  enter(flight: Flight): undefined | Promise<void>
  /** The runs in line. */
  queue(): Iterable<Flight>
  /** Lets a run in line go on. */
  admit(flight: Flight): void
  /** Gives the place to the next in line. */
  leave(flight: Flight): void
}

/** One flight's wait for another. */
export interface Join {
  readonly from: Flight
  readonly target: Flight
  /** Ends the wait, since it is part of a ring. */
  readonly breakRing: () => void
}

// On well-known symbols: two copies of core in one process see each other's flights.
const CURRENT = Symbol.for('@persist/core/flight@3')
const shared = globalThis as { [CURRENT]?: AsyncLocalStorage<Flight | undefined> }
shared[CURRENT] ??= new AsyncLocalStorage()
const current = shared[CURRENT]

/** The flight in whose function this code runs. */
export function currentFlight(): Flight | undefined {
  return running(current.getStore())
}

/** Whether this code runs in the function of that flight, or in what it started. */
export function isInside(flight: Flight): boolean {
  for (let one = currentFlight(); one !== undefined; one = running(one.parent)) if (one === flight) return true
  return false
}

/** Whether this is the first refresh of that name in the outermost running flight around this code. */
export function refreshesFirst(name: string): boolean {
  let outermost = currentFlight()
  for (let one = outermost; one !== undefined; one = running(one.parent)) outermost = one
  if (outermost === undefined) return true
  outermost.refreshed ??= new Set()
  if (outermost.refreshed.has(name)) return false
  outermost.refreshed.add(name)
  return true
}

/** Whether a result with these tags must not be stored, since it was set, deleted or cleared after the flight began. */
export function isFenced({ fenced, deletedTags }: Flight, tags: readonly string[] = []): boolean {
  return fenced || (deletedTags !== undefined && tags.some((tag) => deletedTags.has(tag)))
}

/** Gives back the places of a run that has ended, or that waits for another process. */
export function leaveLimits(flight: Flight): void {
  for (const limit of flight.places ?? []) limit.leave(flight)
  flight.places = undefined
}

/** Makes a flight the current one, until {@link leaveFlight}. Unlike {@link runInFlight} the two take nothing of the stack. */
export function enterFlight(flight: Flight): void {
  flight.outer = current.getStore()
  current.enterWith(flight)
}

/** Makes that flight the current one again that was before {@link enterFlight}. */
export function leaveFlight(flight: Flight): void {
  current.enterWith(flight.outer)
  flight.outer = undefined
}

/** Runs something inside of a flight. */
export function runInFlight<T>(flight: Flight, act: () => T): T {
  return current.run(flight, act)
}

/** The nearest running flight from here upwards. Ended ones in between are skipped for good, or they would pile up. */
function running(flight: Flight | undefined): Flight | undefined {
  let found = flight
  while (found?.ended) found = found.parent
  if (flight?.ended) flight.parent = found
  return found
}
