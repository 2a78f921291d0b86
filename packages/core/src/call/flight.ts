import { AsyncLocalStorage } from 'node:async_hooks'
import type { Limit } from './limit.ts'
import type { Succession } from './succession.ts'

/** What a flight brings back: the value, and its payload where there is one, for further copies. */
export interface Landing {
  readonly value: unknown
  readonly payload?: string | Uint8Array
  /** The function had answered with a promise. */
  readonly promised: boolean
  /** When a stored result was computed, in milliseconds since 1970. Absent: just now. */
  readonly createdAt?: number
  /** The caller changed its arguments before the function began: this is no result of the flight's key. */
  readonly strayed?: boolean
}

/** One running call in this process, which identical calls may join. */
export interface Flight {
  readonly text: string
  /** The running flight in whose function this one began. */
  parent: Flight | undefined
  /** The running flights that began in this one's function. */
  children?: Set<Flight>
  /** What this flight's function waits for: a ring of these would never end. */
  joins?: Set<Join>
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
  /** Something was deleted while it may have been reading: what it found is not held in memory. */
  distrusted: boolean
  /** Absent until everything synchronous in it has come back: a call that meets it before comes from inside of it. */
  landing?: Promise<Landing | undefined> | undefined
  /** How many callers wait for it. */
  waiters: number
  /** Why the last caller left. */
  left?: { readonly reason: unknown }
  /** Aborts what the function does once the last caller left. */
  abort?: AbortController
  /** What was computed again in it and the flights inside of it, with `PERSIST_MODE=refresh`. */
  refreshed?: Set<string>
  /** Where {@link Flights.end} takes the note away that this thread holds a lease. */
  dropLease?: (() => void) | undefined
  /** Its lease, and the runs before and after it. */
  succession?: Succession | undefined
  /** How many flights may run at once: see {@link Limit}. */
  limits?: readonly Limit[] | undefined
  /** The limits in which it holds a place. */
  places?: Limit[] | undefined
  /** The limit at which it stands in line. */
  inLine?: Limit | undefined
}

/** One flight's wait for another. */
export interface Join {
  readonly from: Flight
  readonly target: Flight
  /** Ends the wait, since it is part of a ring. */
  readonly breakRing: () => void
}

// On well-known symbols: two copies of core in one process see each other's flights.
const CURRENT = Symbol.for('@persist/core/flight@2')
const shared = globalThis as { [CURRENT]?: AsyncLocalStorage<Flight | undefined> }
shared[CURRENT] ??= new AsyncLocalStorage()
const current = shared[CURRENT]

const COUNT = Symbol.for('@persist/core/flights@1')
const counted = globalThis as { [COUNT]?: { begun: number } }
counted[COUNT] ??= { begun: 0 }
const count = counted[COUNT]

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

/** The flights of one persisted function. */
export class Flights {
  readonly #joinable = new Map<string, Flight>()
  readonly #running = new Set<Flight>()
  /** Those that go on, while later calls start their own. */
  readonly #former = new Set<Flight>()

  /** The flight that an identical call may join. */
  find(text: string): Flight | undefined {
    return this.#joinable.get(text)
  }

  start(text: string, { joinable = true } = {}): Flight {
    const parent = currentFlight()
    const flight: Flight = {
      text,
      parent,
      began: count.begun++,
      ended: false,
      closed: false,
      fenced: false,
      overdue: false,
      distrusted: false,
      waiters: 1,
    }
    if (parent !== undefined) {
      parent.children ??= new Set()
      parent.children.add(flight)
    }
    if (joinable) {
      const before = this.#joinable.get(text)
      if (before !== undefined) this.#outdate(before)
      this.#joinable.set(text, flight)
    }
    this.#running.add(flight)
    return flight
  }

  /** An ended flight may live on in the async context of what its function started, so it keeps nothing. */
  end(flight: Flight): void {
    flight.ended = true
    flight.dropLease?.()
    flight.dropLease = undefined
    leaveLimits(flight)
    flight.landing = undefined
    flight.succession = undefined
    flight.parent?.children?.delete(flight)
    this.#running.delete(flight)
    this.#former.delete(flight)
    this.close(flight)
  }

  /** What runs for this key (or for any) may go on, but must not store; later calls start their own. */
  fence(text?: string): void {
    for (const flight of this.#running) {
      if (text !== undefined && flight.text !== text) continue
      flight.fenced = true
      this.close(flight)
    }
  }

  /** As {@link fence}, but only for results with this tag. */
  fenceTag(tag: string): void {
    for (const flight of this.#running) {
      flight.deletedTags ??= new Set()
      flight.deletedTags.add(tag)
      flight.distrusted = true
      this.#outdate(flight)
    }
  }

  /** A later run of this key has begun: what runs may store, unless the later one has. */
  outdate(text: string): void {
    for (const flight of this.#running) if (flight.text === text) this.#outdate(flight)
  }

  /** The writes under way for this key, or for any. */
  *writes(text: string | undefined): Generator<Promise<unknown>> {
    for (const flight of this.#running) {
      if (flight.writing !== undefined && (text === undefined || flight.text === text)) yield flight.writing
    }
  }

  /** It has taken longer than a caller would wait: later calls start their own, and the first to end stores. */
  giveUpOn(flight: Flight): void {
    flight.overdue = true
    this.#outdate(flight)
  }

  /** A run that began then has stored its result: an earlier one must not overwrite it. */
  supersede(text: string, began: number): void {
    for (const flight of this.#former) if (flight.text === text && flight.began < began) flight.fenced = true
  }

  /** What runs for this key (or for any) may have read what is gone now. */
  distrust(text?: string): void {
    for (const flight of this.#running) {
      if (text === undefined || flight.text === text) flight.distrusted = true
    }
  }

  /** One caller no longer waits. When none does, the function is asked to stop, and no call joins any more. */
  leave(flight: Flight, reason: unknown): void {
    if (--flight.waiters > 0) return
    flight.left = { reason }
    this.close(flight)
    flight.abort?.abort(reason)
  }

  /** No call joins it any more. */
  close(flight: Flight): void {
    flight.closed = true
    if (this.#joinable.get(flight.text) === flight) this.#joinable.delete(flight.text)
  }

  #outdate(flight: Flight): void {
    this.#former.add(flight)
    this.close(flight)
  }
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

/** Makes a flight the current one, until {@link leave}. Unlike {@link fly} the two take nothing of the stack. */
export function enter(flight: Flight): void {
  flight.outer = current.getStore()
  current.enterWith(flight)
}

/** Makes that flight the current one again that was before {@link enter}. */
export function leave(flight: Flight): void {
  current.enterWith(flight.outer)
  flight.outer = undefined
}

/** Runs something inside of a flight. */
export function fly<T>(flight: Flight, act: () => T): T {
  return current.run(flight, act)
}

/** The nearest running flight from here upwards. Ended ones in between are skipped for good, or they would pile up. */
function running(flight: Flight | undefined): Flight | undefined {
  let found = flight
  while (found?.ended) found = found.parent
  if (flight?.ended) flight.parent = found
  return found
}
