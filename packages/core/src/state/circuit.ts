import type { PersistError } from '@persist/errors'
import type { StoreAdapter } from '@persist/store'
import { within } from '../concurrency/timeout.ts'
import type { Reporter } from '../events/reporter.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Runtime } from '../types/runtime.ts'
import { UnsavedResults } from './unsaved-results.ts'

const FIRST_PROBE_MS = 250
const LAST_PROBE_MS = 5_000
const PING_MS = 10_000
/** A busy process reads what has come once in each turn of the event loop, and a reply may need several: it gets so many. */
const PING_TURNS = 10
const LATE = Symbol('late')
/** A timer that is late by this much belongs to a process that is too busy to look at the store. */
const BUSY_MS = 100
/** An adapter without `ping` is tried again after this time. */
const BLIND_RETRY_MS = 1_000
/** What was refused for a moment is tried again after these times, and then after the last of them again and again. */
const RETRY_MS = [250, 1_000, 5_000, 30_000]

// On a well-known symbol: two copies of core that share an adapter share its circuit.
const CIRCUITS = Symbol.for('@persist/core/circuits@4')
const shared = globalThis as { [CIRCUITS]?: WeakMap<StoreAdapter, Circuit> }

/** The parts of a persisted function that a circuit uses. */
export interface CircuitUser {
  readonly adapter: StoreAdapter
  readonly reporter: Reporter
  readonly runtime: Runtime
}

/** The circuit of a store, shared by all functions that store results there. */
export function circuitOf(adapter: StoreAdapter): Circuit {
  shared[CIRCUITS] ??= new WeakMap()
  const circuit = shared[CIRCUITS].get(adapter) ?? new Circuit()
  shared[CIRCUITS].set(adapter, circuit)
  return circuit
}

/** Open while a store is unreachable: calls then continue without the store instead of each waiting for a timeout. */
export class Circuit {
  /** The failure that opened the circuit; absent while it is closed. */
  error: PersistError | undefined
  /** They are stored when it closes. */
  readonly unsaved = new UnsavedResults()
  /** How many times in a row it opened again while they were being stored, and the store took none. */
  #refusals = 0
  #reported: 'open' | 'closed' = 'closed'
  /** How many times it has opened, or the store was busy. */
  #failures = 0
  #willRetry = false
  /** When the timer of the retry should fire. */
  #retryAt = Number.POSITIVE_INFINITY
  #retries = 0
  /** Begins the next probe, which waits for its time. */
  #begin: (() => void) | undefined
  #probing: Promise<void> | undefined
  /** When the timer of the probe should fire. */
  #dueAt = Number.POSITIVE_INFINITY

  /** Returns `false` if it is already open. The probe uses the clock and the listeners of the function that failed. */
  open(error: PersistError, user: CircuitUser): boolean {
    if (this.error !== undefined) return false
    this.error = error
    this.#failures++
    this.#report(user)
    const first = user.adapter.ping === undefined ? BLIND_RETRY_MS : FIRST_PROBE_MS
    // A store that replies to a ping may still refuse results.
    this.#refusals = this.unsaved.isStoring ? this.#refusals + 1 : 0
    this.#probeIn(Math.min(first * 2 ** this.#refusals, LAST_PROBE_MS), user, error)
    return true
  }

  /** Notes that the store refused a command which it may do a moment later. */
  noteBusy(): void {
    this.#failures++
  }

  /**
   * Returns whether it was open, or the store was busy, at a time from now until then: some commands of that time may not have
   * reached the store.
   */
  watch(): () => boolean {
    const before = this.error === undefined ? this.#failures : this.#failures - 1
    return () => this.#failures > before
  }

  /** Sees to it that what is kept is tried again: when it closes, or soon if the store was busy, or another run had the lease. */
  retryLater({ runtime }: Pick<CircuitUser, 'runtime'>): void {
    if (this.#willRetry || this.error !== undefined) return
    this.#willRetry = true
    const ms = RETRY_MS[Math.min(this.#retries++, RETRY_MS.length - 1)]!
    this.#retryAt = runtime.monotonic() + ms
    runtime.later(ms, () => void this.#retry())
  }

  async #retry(): Promise<void> {
    if (!this.#willRetry) return
    this.#willRetry = false
    if (this.error === undefined) await this.unsaved.storeAll()
    if (!this.#willRetry) this.#retries = 0
  }

  /** Notes that the store has taken a result. */
  noteStored(): void {
    this.#refusals = 0
  }

  /** Closes it without a probe, since its store was closed: the next call tries the store again. */
  reset(): void {
    this.error = undefined
    this.#reported = 'closed'
    this.unsaved.dropAll()
  }

  /**
   * Done when the store has been looked at, if this process was too busy to do so in time: a result need not be lost if the
   * store is there again. Otherwise `undefined`.
   */
  lookIfLate({ monotonic }: Runtime): Promise<void> | undefined {
    if (this.error === undefined || monotonic() - this.#dueAt < BUSY_MS) return undefined
    this.#begin?.()
    return this.#probing
  }

  /**
   * Looks at a synchronous store, or tries again what it refused, if it is time: code that never waits lets no timer fire, so a
   * store that is there again would stay unused, and its results unsaved, until the program ends.
   */
  lookNow({ monotonic }: Runtime): void {
    if (this.error !== undefined) {
      if (monotonic() >= this.#dueAt) this.#begin?.()
    } else if (this.#willRetry && monotonic() >= this.#retryAt) void this.#retry()
  }

  #probeIn(ms: number, user: CircuitUser, error: PersistError): void {
    const begin = () => {
      if (this.#begin !== begin) return
      cancel()
      this.#begin = undefined
      this.#probing = this.#probe(ms, user, error)
    }
    const cancel = user.runtime.later(ms, begin)
    this.#dueAt = user.runtime.monotonic() + ms
    this.#begin = begin
  }

  async #probe(ms: number, user: CircuitUser, error: PersistError): Promise<void> {
    if (this.error !== error) return
    try {
      const reply = user.adapter.ping?.()
      if (isThenable(reply)) await this.#replied(reply, user.runtime)
    } catch {
      // Still unreachable, which was reported when the circuit opened.
      if (this.error === error) this.#probeIn(Math.min(ms * 2, LAST_PROBE_MS), user, error)
      return
    }
    if (this.error !== error) return
    this.error = undefined
    void this.unsaved.storeAll(() => this.#report(user))
  }

  /** A ping that never settles must not leave the circuit open forever. */
  async #replied(reply: PromiseLike<unknown>, runtime: Runtime): Promise<void> {
    for (let turn = 0; turn < PING_TURNS; turn++) {
      this.#dueAt = runtime.monotonic() + PING_MS / PING_TURNS
      if ((await within(reply, PING_MS / PING_TURNS, runtime, () => LATE)) !== LATE) return
    }
    throw new Error(`no reply within ${PING_MS} ms`)
  }

  /** Reports its state if that has changed: a store may be away again before it took anything. */
  #report({ adapter, reporter }: CircuitUser): void {
    const state = this.error === undefined ? 'closed' : 'open'
    if (state === this.#reported) return
    this.#reported = state
    reporter.report('circuit', { state, store: adapter.name })
  }
}
