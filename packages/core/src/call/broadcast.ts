import type { Entry } from '@persist/store'
import { replayable } from '../plan/kinds.ts'
import type { Plan } from '../plan/plan.ts'
import { tellProblem } from '../telling/trouble.ts'
import { argumentsAsTheyAre, type Given } from './arguments.ts'
import { type Call, isRefresh } from './call.ts'
import { type OwnTurn, ownArguments } from './compute.ts'
import { type Flight, fly } from './flight.ts'
import { hasStrayed, type Identity, isChangeable } from './identity.ts'
import { plain, signalsOf } from './plain.ts'
import { publish, tagMark } from './publish.ts'
import { asError } from './recall.ts'
import { answered, pickleKey, record } from './record.ts'
import { join, RING } from './rings.ts'
import { until } from './signals.ts'
import { run, type Steps } from './steps.ts'
import { sharedTimeOf } from './took.ts'
import { keepAlive, release, seizeTurn, turnToStore } from './turn.ts'

/** An iterator that its consumer dropped, without a word, counts as one that left. */
const dropped = new FinalizationRegistry<() => void>((leave) => leave())

/** A chunk as it was when it came: what its first consumer does to it later reaches no other consumer, and not the store. */
type Held = { readonly value: unknown } | { readonly payload: string | Uint8Array }

/** How a consumer asks for the next chunk: `next(value)` or `throw(error)`. */
type Request = { readonly value: unknown } | { readonly error: unknown }

type Step = IteratorResult<unknown>

/** How it has ended. */
type End = { readonly error: unknown } | { readonly returned: Held } | { readonly strayed: true }

const PLAIN_NEXT: Request = { value: undefined }
const ENDED: Step = { done: true, value: undefined }

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
  #source: AsyncGenerator<unknown> | undefined
  #fetching: Promise<Step | typeof RING> | undefined
  #end: End | undefined
  #followers = 0
  /** A chunk that cannot be pickled came: there is nothing to store. */
  #isBroken = false
  /** Its consumer sent it a value or an error, which no key knows: there is nothing to store. */
  #isSteered = false
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
    let request = PLAIN_NEXT
    try {
      for (let at = 0; ; at++) {
        const next = this.#at(at, request)
        const step = await (signals.length === 0 ? next : until(next, signals, () => {}))
        if (step === RING) return yield* from(at, plain(this.#plan, call) as AsyncGenerator<unknown>)
        if (step.done) return step.value
        try {
          request = { value: yield step.value }
        } catch (error) {
          request = { error }
        }
      }
    } finally {
      await leave(signals.find(({ aborted }) => aborted)?.reason)
    }
  }

  async #at(at: number, request: Request): Promise<Step | typeof RING> {
    if ('error' in request && !this.#isAlone(at)) throw request.error
    for (;;) {
      const held = this.#held[at]
      if (held !== undefined) return this.#stepFor(held, false)
      if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error
        if ('strayed' in this.#end) return RING
        return this.#stepFor(this.#end.returned, true)
      }
      const isFirst = this.#fetching === undefined
      this.#fetching ??= this.#fetch(this.#isAlone(at) ? request : PLAIN_NEXT)
      const step = await join(this.flight, isFirst ? this.#fetching : this.#fetching.catch(() => undefined))
      if (step !== undefined && (isFirst || step === RING)) return step
    }
  }

  /** Whether the function stands still at the chunk that its only consumer got last: then the consumer may steer it. */
  #isAlone(at: number): boolean {
    const isStill = this.#fetching === undefined && this.#end === undefined
    return this.#followers === 1 && isStill && at > 0 && this.#held.length === at
  }

  async #fetch(request: Request): Promise<Step | typeof RING> {
    const stopwatch = sharedTimeOf(this.#plan.surroundings).start()
    try {
      if (this.#source === undefined) await this.#prepare()
      // Every consumer has left before the function began.
      if (this.#end !== undefined) return await this.#giveBack()
      if (this.#source === undefined && hasStrayed(this.#plan, this.#call.self, this.#call.args, this.#identity)) {
        return await this.#stray()
      }
      const next = fly(this.flight, () => this.#resume(request))
      stopwatch.pending()
      const step = await next.finally(() => {
        this.#durationMs += stopwatch.stop()
      })
      // Every consumer has left: the function may have ended because it was asked to.
      if (this.#end !== undefined) return ENDED
      const held = this.#hold(step.value)
      if (!step.done) {
        this.#held.push(held)
        return step
      }
      this.#tellComputed(false)
      await this.#store(step.value)
      this.#finish({ returned: held })
      return step
    } catch (error) {
      if (this.#end !== undefined) return ENDED
      this.#plan.counters.errors++
      this.#tellComputed(true)
      this.#finish({ error })
      await this.#giveBack()
      throw error
    } finally {
      this.#fetching = undefined
    }
  }

  #resume(request: Request): Promise<Step> {
    const source = this.#start()
    if (!('error' in request) && request.value === undefined) return source.next()
    this.#isSteered = true
    this.#plan.flights.close(this.flight)
    return 'error' in request ? source.throw(request.error) : source.next(request.value)
  }

  /** The key is not that of the arguments any more: each consumer goes on by itself. */
  async #stray(): Promise<typeof RING> {
    this.#plan.reporter.tell('skip', { hash: this.#identity.hash, reason: 'strayed' })
    this.#finish({ strayed: true })
    await this.#giveBack()
    return RING
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
  async #giveBack(): Promise<Step> {
    this.#stopRenewing()
    const turn = this.#turn
    this.#turn = undefined
    if (turn?.kind === 'mine') await run(release(this.#plan, this.#identity, turn.lease))
    return ENDED
  }

  #start(): AsyncGenerator<unknown> {
    if (this.#source === undefined) {
      const { original } = this.#plan
      const args = ownArguments({ call: this.#call, flight: this.flight })
      this.#given = argumentsAsTheyAre({ plan: this.#plan, call: this.#call, identity: this.#identity })
      this.#source = original.apply(this.#call.self, args) as AsyncGenerator<unknown>
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
  #stepFor(held: Held, done: boolean): Step | typeof RING {
    try {
      return { done, value: this.#copyOf(held) }
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
    if (made === undefined) {
      await this.#giveBack()
      return
    }
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
    if (this.#isBroken || this.#isSteered) {
      this.#plan.reporter.tell('skip', { hash, reason: this.#isSteered ? 'steered' : 'partial' })
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

  #finish(end: End): void {
    this.#end = end
    this.#plan.flights.end(this.flight)
    this.#plan.broadcasts.end(this.#identity.text, this)
  }

  /** No consumer is left: the function is asked to stop, as by a `break` in a loop over it. */
  async #giveUp(reason: unknown): Promise<void> {
    this.#finish({ returned: { value: undefined } })
    this.#plan.reporter.tell('skip', { hash: this.#identity.hash, reason: 'partial' })
    this.flight.abort?.abort(reason)
    const stopped = fly(this.flight, () => this.#source?.return(undefined))
    // While a chunk is on its way a generator cannot stop, and its consumer does not wait for it.
    if (this.#fetching === undefined) await stopped
    else stopped?.then(undefined, () => {})
    await this.#giveBack()
  }
}

/** An iteration without its first chunks. */
async function* from(first: number, iteration: AsyncGenerator<unknown>): AsyncGenerator<unknown> {
  for (let at = 0; at < first; at++) {
    const step = await iteration.next()
    if (step.done) return step.value
  }
  return yield* iteration
}
