import type { Entry } from '@persist/store'
import { replayable } from '../plan/kinds.ts'
import type { Plan } from '../plan/plan.ts'
import { tellProblem } from '../telling/trouble.ts'
import { argumentsAsTheyAre, type Given } from './arguments.ts'
import { type Call, isRefresh, plain, signalsOf } from './call.ts'
import { type OwnTurn, ownArguments, publish, tagMark } from './compute.ts'
import { type Flight, fly } from './flight.ts'
import { type Identity, isChangeable } from './identity.ts'
import { keepAlive, release } from './lease.ts'
import { asError } from './recall.ts'
import { answered, pickleKey, record } from './record.ts'
import { join, RING } from './rings.ts'
import { until } from './signals.ts'
import { run, type Steps } from './steps.ts'
import { sharedTimeOf } from './took.ts'
import { seizeTurn, turnToStore } from './turn.ts'

/** The iterations of one persisted function that are under way. */
export class Broadcasts {
  readonly #running = new Map<string, Broadcast>()
  readonly #watches = new Map<string, Set<Watch>>()

  /** The one that an identical call may follow. */
  find(text: string): Broadcast | undefined {
    const broadcast = this.#running.get(text)
    return broadcast === undefined || broadcast.flight.fenced ? undefined : broadcast
  }

  start(text: string, broadcast: Broadcast): void {
    this.#running.set(text, broadcast)
  }

  /** Whether one with this key ends from now on. */
  watch(text: string): Watch {
    const watches = this.#watches.get(text) ?? new Set<Watch>()
    const watch: Watch = {
      hasEnded: false,
      stop: () => {
        watches.delete(watch)
        if (watches.size === 0 && this.#watches.get(text) === watches) this.#watches.delete(text)
      },
    }
    watches.add(watch)
    this.#watches.set(text, watches)
    return watch
  }

  end(text: string, broadcast: Broadcast): void {
    for (const watch of this.#watches.get(text) ?? []) watch.hasEnded = true
    if (this.#running.get(text) === broadcast) this.#running.delete(text)
  }
}

interface Watch {
  hasEnded: boolean
  readonly stop: () => void
}

/** An iterator that its consumer dropped, without a word, counts as one that left. */
const dropped = new FinalizationRegistry<() => void>((leave) => leave())

/** A chunk as it was when it came: what its first consumer does to it later reaches no other consumer, and not the store. */
type Held = { readonly value: unknown } | { readonly payload: string | Uint8Array }

/**
 * One running iteration, for all its consumers: the first one that needs the next chunk fetches it. The first chunk
 * starts the function. It is stored when it has come to its end, and given up when every consumer has left.
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
  #mark: string | undefined
  #turn: OwnTurn | undefined
  #stopRenewing = () => {}
  #given: Given | undefined

  constructor(plan: Plan, call: Call, identity: Identity) {
    this.#plan = plan
    this.#call = call
    this.#identity = identity
    this.#pickledKey = pickleKey(plan, identity)
    this.flight = plan.flights.start(identity.text, { joinable: false })
    plan.broadcasts.start(identity.text, this)
  }

  /** All chunks from the first on: those that were missed at once, then as they come. */
  follow(call: Call): AsyncGenerator<unknown> {
    this.#followers++
    let isHere = true
    const leave = async (reason?: unknown) => {
      if (!isHere) return
      isHere = false
      if (--this.#followers === 0 && this.#end === undefined) await this.#giveUp(reason)
    }
    const iteration = this.#follow(call, leave)
    dropped.register(iteration, () => void leave().catch(() => {}))
    return iteration
  }

  async *#follow(call: Call, leave: (reason: unknown) => Promise<void>): AsyncGenerator<unknown> {
    const signals = signalsOf(call)
    try {
      for (let at = 0; ; at++) {
        const next = this.#at(at)
        const chunk = await (signals.length === 0 ? next : until(next, signals, () => {}))
        if (chunk === undefined) return
        if (chunk === RING) return yield* from(at, plain(this.#plan, call) as AsyncIterable<unknown>)
        yield chunk.value
      }
    } finally {
      await leave(signals.find(({ aborted }) => aborted)?.reason)
    }
  }

  async #at(at: number): Promise<{ readonly value: unknown } | typeof RING | undefined> {
    for (;;) {
      const held = this.#held[at]
      if (held !== undefined) return this.#copyFor(held)
      if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error
        return undefined
      }
      const isFirst = this.#fetching === undefined
      this.#fetching ??= this.#fetch()
      const chunk = await join(this.flight, isFirst ? this.#fetching : this.#fetching.catch(() => undefined))
      if (isFirst || chunk === RING) return chunk
    }
  }

  async #fetch(): Promise<{ readonly value: unknown } | undefined> {
    const stopwatch = sharedTimeOf(this.#plan.surroundings).start()
    try {
      if (this.#source === undefined) await this.#prepare()
      // Every consumer has left before the function began.
      if (this.#end !== undefined) return await this.#giveBack()
      const next = fly(this.flight, () => this.#start().next())
      stopwatch.pending()
      const step = await next.finally(() => {
        this.#durationMs += stopwatch.stop()
      })
      // Every consumer has left: the function may have ended because it was asked to.
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
      this.#plan.counters.errors++
      this.#tellComputed(true)
      this.#finish({ error })
      await this.#giveBack()
      throw error
    } finally {
      this.#fetching = undefined
    }
  }

  /** What it needs to store its chunks later. It does not wait. */
  async #prepare(): Promise<void> {
    const plan = this.#plan
    this.#mark = await run(tagMark(plan, this.#identity))
    const take: (...given: Parameters<typeof turnToStore>) => Steps<OwnTurn> = isRefresh(plan, this.#call)
      ? seizeTurn
      : turnToStore
    this.#turn = await run(take(plan, this.#identity, this.flight))
    this.#stopRenewing = keepAlive(plan, this.#turn.kind === 'mine' ? this.#turn.lease : undefined)
  }

  /** It stores nothing. */
  async #giveBack(): Promise<undefined> {
    this.#stopRenewing()
    const turn = this.#turn
    this.#turn = undefined
    if (turn?.kind === 'mine') await run(release(this.#plan, this.#identity, turn.lease))
  }

  #start(): AsyncIterator<unknown> {
    if (this.#source === undefined) {
      const { original } = this.#plan
      const args = ownArguments({ call: this.#call, flight: this.flight })
      this.#given = argumentsAsTheyAre({ plan: this.#plan, call: this.#call, identity: this.#identity })
      this.#source = (original.apply(this.#call.self, args) as AsyncIterable<unknown>)[Symbol.asyncIterator]()
    }
    return this.#source
  }

  #hold(value: unknown): Held {
    if (!isChangeable(value)) return { value }
    try {
      return { payload: this.#plan.pickle([value]) }
    } catch (error) {
      if (!this.#isBroken) tellProblem(this.#plan, 'pickle', this.#identity.hash, asError(error))
      this.#isBroken = true
      return { value }
    }
  }

  /** A consumer for which there is no copy goes on with an iteration of its own. */
  #copyFor(held: Held): { readonly value: unknown } | typeof RING {
    try {
      return { value: this.#copyOf(held) }
    } catch (error) {
      tellProblem(this.#plan, 'unpickle', this.#identity.hash, asError(error))
      return RING
    }
  }

  #copyOf(held: Held): unknown {
    if (!('payload' in held)) return held.value
    return (answered('unpickle', this.#plan.unpickle(held.payload)) as unknown[])[0]
  }

  async #store(returned: unknown): Promise<void> {
    const made = this.#record(returned)
    if (made === undefined) return await this.#giveBack()
    this.#stopRenewing()
    const turn = this.#turn!
    this.#turn = undefined
    const computation = { plan: this.#plan, identity: this.#identity, flight: this.flight }
    const lease = turn.kind === 'mine' ? turn.lease : undefined
    await run(publish(computation, { turn, lease, mark: this.#mark, ...made }))
  }

  /** The chunks and their entry; `undefined` if they are not to be kept, or cannot be. */
  #record(returned: unknown): { readonly entry: Entry; readonly value: unknown[] } | undefined {
    const { hash } = this.#identity
    if (this.#isBroken) {
      this.#plan.reporter.tell('skip', { hash, reason: 'partial' })
      return undefined
    }
    let value: unknown[]
    try {
      value = replayable(
        this.#held.map((held) => this.#copyOf(held)),
        returned,
      )
    } catch (error) {
      tellProblem(this.#plan, 'pickle', hash, asError(error))
      return undefined
    }
    const outcome = {
      value,
      given: this.#given!,
      durationMs: this.#durationMs,
      promised: true,
      pickledKey: this.#pickledKey,
    }
    const entry = record(this.#plan, this.#identity, outcome)
    return entry && { entry, value }
  }

  #tellComputed(failed: boolean): void {
    this.#plan.reporter.tell('compute', { hash: this.#identity.hash, durationMs: this.#durationMs, failed })
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end = end
    this.#plan.flights.end(this.flight)
    this.#plan.broadcasts.end(this.#identity.text, this)
  }

  /** No consumer is left: the function is asked to stop, as by a `break` in a loop over it. */
  async #giveUp(reason: unknown): Promise<void> {
    this.#finish({})
    this.#plan.reporter.tell('skip', { hash: this.#identity.hash, reason: 'partial' })
    this.flight.abort?.abort(reason)
    const stopped = fly(this.flight, () => this.#source?.return?.())
    // While a chunk is on its way a generator cannot stop, and its consumer does not wait for it.
    if (this.#fetching === undefined) await stopped
    else stopped?.then(undefined, () => {})
    await this.#giveBack()
  }
}

/** An iteration without its first chunks. */
async function* from(first: number, iteration: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  let at = 0
  for await (const chunk of iteration) if (at++ >= first) yield chunk
}
