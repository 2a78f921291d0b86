import { replayable } from '../plan/kinds.ts'
import type { Plan } from '../plan/plan.ts'
import { tellProblem } from '../telling/trouble.ts'
import type { Call } from './call.ts'
import { ownArguments, publish } from './compute.ts'
import { type Flight, fly, join } from './flight.ts'
import type { Identity } from './identity.ts'
import { asError } from './recall.ts'
import { pickleKey, record } from './record.ts'
import { signalOf, until } from './signals.ts'
import { run } from './steps.ts'

/** The iterations of one persisted function that are under way. */
export class Broadcasts {
  readonly #running = new Map<string, Broadcast>()
  /** How many have ended. */
  ended = 0

  /** The one that an identical call may follow. */
  find(text: string): Broadcast | undefined {
    const broadcast = this.#running.get(text)
    return broadcast === undefined || broadcast.flight.fenced ? undefined : broadcast
  }

  start(text: string, broadcast: Broadcast): void {
    this.#running.set(text, broadcast)
  }

  end(text: string, broadcast: Broadcast): void {
    this.ended++
    if (this.#running.get(text) === broadcast) this.#running.delete(text)
  }
}

/** A chunk as it was when it came: what its first consumer does to it later reaches nobody else, and not the store. */
type Held = { readonly value: unknown } | { readonly payload: string | Uint8Array }

/**
 * One running iteration, for all who ask for it: whoever is first to need the next chunk fetches it. The first chunk
 * starts the function. It is stored when it has come to its end, and given up when everybody has left.
 */
export class Broadcast {
  readonly flight: Flight
  readonly #plan: Plan
  readonly #call: Call
  readonly #identity: Identity
  readonly #pickledKey: string | undefined
  readonly #held: Held[] = []
  #source: AsyncIterator<unknown> | undefined
  #fetching: Promise<{ readonly value: unknown } | undefined> | undefined
  #end: { readonly error?: unknown } | undefined
  #followers = 0
  /** A chunk that cannot be pickled came: there is nothing to store. */
  #isBroken = false
  #durationMs = 0

  constructor(plan: Plan, call: Call, identity: Identity) {
    this.#plan = plan
    this.#call = call
    this.#identity = identity
    this.#pickledKey = pickleKey(plan, identity)
    this.flight = plan.flights.start(identity.text, { joinable: false })
    plan.broadcasts.start(identity.text, this)
  }

  /** All chunks from the first on: those that were missed at once, then as they come. */
  async *follow(call: Call): AsyncGenerator<unknown> {
    const signal = call.signal ?? signalOf(call.args)
    this.#followers++
    try {
      for (let at = 0; ; at++) {
        const next = this.#at(at)
        const chunk = await (signal === undefined ? next : until(next, signal, () => {}))
        if (chunk === undefined) return
        yield chunk.value
      }
    } finally {
      if (--this.#followers === 0 && this.#end === undefined) await this.#giveUp(signal?.reason)
    }
  }

  async #at(at: number): Promise<{ readonly value: unknown } | undefined> {
    for (;;) {
      const held = this.#held[at]
      if (held !== undefined) return { value: this.#copyOf(held) }
      if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error
        return undefined
      }
      if (this.#fetching === undefined) {
        this.#fetching = this.#fetch()
        return join(this.flight, this.#fetching)
      }
      await join(this.flight, this.#fetching).catch(() => {})
    }
  }

  async #fetch(): Promise<{ readonly value: unknown } | undefined> {
    const { monotonic } = this.#plan.surroundings
    const began = monotonic()
    try {
      const step = await fly(this.flight, () => this.#start().next())
      this.#durationMs += monotonic() - began
      // Everybody has left: the function may have ended because it was told to.
      if (this.#end !== undefined) return undefined
      if (!step.done) {
        this.#held.push(this.#hold(step.value))
        return { value: step.value }
      }
      this.#tellComputed(false)
      await this.#store(step.value)
      this.#finish({})
      return undefined
    } catch (error) {
      if (this.#end !== undefined) return undefined
      this.#tellComputed(true)
      this.#finish({ error })
      throw error
    } finally {
      this.#fetching = undefined
    }
  }

  #start(): AsyncIterator<unknown> {
    if (this.#source === undefined) {
      const { original } = this.#plan
      const args = ownArguments({ call: this.#call, flight: this.flight })
      this.#source = (original.apply(this.#call.self, args) as AsyncIterable<unknown>)[Symbol.asyncIterator]()
    }
    return this.#source
  }

  #hold(value: unknown): Held {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return { value }
    try {
      return { payload: this.#plan.pickle([value]) }
    } catch (error) {
      if (!this.#isBroken) tellProblem(this.#plan, 'pickle', this.#identity.hash, asError(error))
      this.#isBroken = true
      return { value }
    }
  }

  #copyOf(held: Held): unknown {
    return 'payload' in held ? (this.#plan.unpickle(held.payload) as unknown[])[0] : held.value
  }

  async #store(returned: unknown): Promise<void> {
    const { hash } = this.#identity
    if (this.#isBroken) return this.#plan.reporter.tell('skip', { hash, reason: 'partial' })
    let value: unknown[]
    try {
      value = replayable(
        this.#held.map((held) => this.#copyOf(held)),
        returned,
      )
    } catch (error) {
      return tellProblem(this.#plan, 'pickle', hash, asError(error))
    }
    const args = this.#plan.isMethod ? [this.#call.self, ...this.#call.args] : this.#call.args
    const outcome = { value, args, durationMs: this.#durationMs, promised: true, pickledKey: this.#pickledKey }
    const entry = record(this.#plan, this.#identity, outcome)
    if (entry === undefined) return
    const computation = { plan: this.#plan, call: this.#call, identity: this.#identity, flight: this.flight }
    await run(publish(computation, { kind: 'mine', lease: undefined }, entry, value))
  }

  #tellComputed(failed: boolean): void {
    this.#plan.reporter.tell('compute', { hash: this.#identity.hash, durationMs: this.#durationMs, failed })
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end = end
    this.#plan.flights.end(this.flight)
    this.#plan.broadcasts.end(this.#identity.text, this)
  }

  /** Nobody is left: the function is told to stop, as by a `break` in a loop over it. */
  async #giveUp(reason: unknown): Promise<void> {
    this.#finish({})
    this.#plan.reporter.tell('skip', { hash: this.#identity.hash, reason: 'partial' })
    this.flight.abort?.abort(reason)
    const stopped = fly(this.flight, () => this.#source?.return?.())
    // While a chunk is on its way a generator cannot stop, and whoever left does not wait for it.
    if (this.#fetching === undefined) await stopped
    else stopped?.then(undefined, () => {})
  }
}
