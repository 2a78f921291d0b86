import { AsyncLocalStorage } from 'node:async_hooks'

/** What a flight brings back: the value, and its payload where there is one, for further copies. */
export interface Landing {
  readonly value: unknown
  readonly payload?: string | Uint8Array
  /** The function had answered with a promise. */
  readonly promised: boolean
  /** The caller changed its arguments before the function began: this is no result of the flight's key. */
  readonly strayed?: boolean
}

/** One running call in this process, which identical calls may join. */
export interface Flight {
  readonly text: string
  /** The flight in whose function this one began. */
  readonly parent: Flight | undefined
  /** What this flight's function, or one inside of it, waits for, and how often: a ring would never end. */
  waitsFor?: Map<Flight, number>
  /** Set, deleted or cleared meanwhile: what it brings back must not be stored. */
  fenced: boolean
  /** Absent while the function has not answered with a promise yet: whoever meets it then is inside of it. */
  landing?: Promise<Landing>
  /** How many callers wait for it. */
  waiters: number
  /** Aborts what the function does once the last of them left. */
  abort?: AbortController
}

const current = new AsyncLocalStorage<Flight>()

/** The flights of one persisted function. */
export class Flights {
  readonly #joinable = new Map<string, Flight>()
  readonly #running = new Set<Flight>()

  /** The flight that an identical call may join. */
  find(text: string): Flight | undefined {
    return this.#joinable.get(text)
  }

  start(text: string, { joinable = true } = {}): Flight {
    const flight: Flight = {
      text,
      parent: current.getStore(),
      fenced: false,
      waiters: 1,
    }
    if (joinable) this.#joinable.set(text, flight)
    this.#running.add(flight)
    return flight
  }

  end(flight: Flight): void {
    this.#running.delete(flight)
    this.#close(flight)
  }

  /** Whatever runs for this key (or for any) may go on, but must not store; later calls start anew. */
  fence(text?: string): void {
    for (const flight of this.#running) {
      if (text !== undefined && flight.text !== text) continue
      flight.fenced = true
      this.#close(flight)
    }
  }

  /** One caller no longer waits. When none does, the function is told to stop, and nobody joins any more. */
  leave(flight: Flight, reason: unknown): void {
    if (--flight.waiters > 0) return
    this.#close(flight)
    flight.abort?.abort(reason)
  }

  #close(flight: Flight): void {
    if (this.#joinable.get(flight.text) === flight) this.#joinable.delete(flight.text)
  }
}

/** Runs the function inside of its flight, so that a call that it makes can tell. */
export function fly<T>(flight: Flight, act: () => T): T {
  return current.run(flight, act)
}

/** Whether waiting for `flight` from here would be waiting for oneself: recursion, or a ring of flights. */
export function wouldWaitForItself(flight: Flight): boolean {
  const mine = new Set(ancestors())
  if (mine.size === 0) return false
  const seen = new Set<Flight>()
  const ahead = [flight]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (mine.has(next)) return true
    if (seen.has(next)) continue
    seen.add(next)
    ahead.push(...(next.waitsFor?.keys() ?? []))
  }
  return false
}

/** Waits for another flight, with the wait noted for {@link wouldWaitForItself}. */
export async function join<T>(flight: Flight, landing: PromiseLike<T>): Promise<T> {
  const mine = [...ancestors()]
  flight.waiters++
  for (const one of mine) count(one, flight, +1)
  try {
    return await landing
  } finally {
    for (const one of mine) count(one, flight, -1)
  }
}

function* ancestors(): Generator<Flight> {
  for (let flight = current.getStore(); flight !== undefined; flight = flight.parent) yield flight
}

function count(waiting: Flight, flight: Flight, change: number): void {
  waiting.waitsFor ??= new Map()
  const waits = waiting.waitsFor
  const left = (waits.get(flight) ?? 0) + change
  if (left > 0) waits.set(flight, left)
  else waits.delete(flight)
}
