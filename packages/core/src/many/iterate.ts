import { returnsPromises } from '../call/return-in-mode.ts'
import { run } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import type { ManyOptions } from '../types/many.ts'
import { BATCH, Calls, type Outcome } from './calls.ts'
import { Source } from './source.ts'

type List = Iterable<unknown> | AsyncIterable<unknown>

/** A call that waits for its place in the order of results. */
interface Slot {
  readonly begin: () => Outcome | Promise<Outcome>
  outcome?: Outcome | Promise<Outcome>
}

/** The results of a list that may be endless, in order, in bounded memory. Nothing happens before the first is asked for. */
export async function* iterate(
  context: Context,
  self: unknown,
  list: List,
  options: ManyOptions,
): AsyncGenerator<unknown> {
  const ahead = new ReadAhead(context, self, list, options)
  let isComplete = false
  try {
    for (let outcome = await ahead.next(); outcome !== undefined; outcome = await ahead.next()) {
      if (options.settle) yield outcome
      else if (outcome.status === 'fulfilled') yield outcome.value
      else {
        await ahead.finish()
        throw outcome.reason
      }
    }
    isComplete = true
  } finally {
    await ahead.stop(isComplete)
  }
}

/** Reads the list and starts calls, ahead of what the consumer has asked for. */
class ReadAhead {
  readonly #context: Context
  readonly #source: Source
  readonly #calls: Calls
  readonly #window: number
  readonly #signal: AbortSignal | undefined
  /** Aborts the calls under way: at the user's signal, and when the consumer leaves. */
  readonly #abort = new AbortController()
  readonly #places: Slot[] = []
  #preparing: Promise<void> | undefined
  #isReading = false
  /** How many of the places have begun: the first ones. */
  #begun = 0
  #stopped = false
  #end: { readonly error?: unknown } | undefined
  #wake = () => {}

  constructor(context: Context, self: unknown, list: List, options: ManyOptions) {
    const { concurrency = BATCH, signal } = options
    this.#context = context
    this.#window = concurrency === Number.POSITIVE_INFINITY ? BATCH : Math.max(concurrency, BATCH)
    this.#source = new Source(list, context.runtime)
    this.#calls = new Calls(context, self, { ...options, signal: this.#abort.signal })
    this.#signal = signal
    signal?.addEventListener('abort', this.#leave)
  }

  /** The next outcome in order; `undefined` at the end. */
  async next(): Promise<Outcome | undefined> {
    for (;;) {
      this.#signal?.throwIfAborted()
      const place = this.#places[0]
      if (place !== undefined) return this.#take(place)
      if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error
        return undefined
      }
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#read()
      await woken
    }
  }

  /** Waits for all that has begun; nothing else begins. */
  async finish(): Promise<void> {
    this.#stopped = true
    await this.#preparing?.catch(() => {})
    await Promise.all(this.#places.splice(0).map(({ outcome }) => outcome))
  }

  /** Whatever is still under way has no consumer any more. */
  async stop(isComplete: boolean): Promise<void> {
    this.#stopped = true
    this.#signal?.removeEventListener('abort', this.#leave)
    if (!isComplete) this.#abort.abort(this.#signal?.aborted ? this.#signal.reason : undefined)
    await this.#source.close()
  }

  async #take(place: Slot): Promise<Outcome> {
    if (this.#begun === 0) this.#begin(place)
    this.#beginIfAsync()
    const outcome = await place.outcome!
    this.#signal?.throwIfAborted()
    this.#places.shift()
    this.#begun--
    this.#read()
    return outcome
  }

  #begin(place: Slot): void {
    this.#begun++
    place.outcome = place.begin()
  }

  /** Reads on while there is room. One reader at a time. */
  #read(): void {
    if (this.#isReading) return
    this.#isReading = true
    this.#fill().catch((error) => {
      this.#end = { error }
      this.#wake()
    })
  }

  async #fill(): Promise<void> {
    while (!this.#stopped && this.#end === undefined && this.#places.length < this.#window) {
      const items = await this.#source.next(Math.min(BATCH, this.#window - this.#places.length))
      if (this.#stopped) break
      if (items.length === 0) this.#end = {}
      else {
        this.#preparing = this.#prepare(items)
        await this.#preparing
      }
      this.#wake()
    }
    this.#isReading = false
  }

  async #prepare(items: readonly (readonly unknown[])[]): Promise<void> {
    for (const begin of await run(this.#calls.prepare(items))) this.#places.push({ begin })
    this.#beginIfAsync()
  }

  /** A function that answers at once begins when its result is asked for, all others ahead of that. */
  #beginIfAsync(): void {
    if (this.#stopped || !(this.#context.isAsync || this.#calls.promised || returnsPromises(this.#context))) return
    while (this.#begun < this.#places.length) this.#begin(this.#places[this.#begun]!)
  }

  readonly #leave = () => {
    this.#abort.abort(this.#signal?.reason)
    this.#wake()
  }
}
