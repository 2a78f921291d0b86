import { NO_SIGNALS } from '../call/call.ts'
import { reasonOfUnseen, throwIfAnyAborted } from '../call/note-call.ts'
import { returnsPromises } from '../call/return-in-mode.ts'
import { currentFlight, traceAround } from '../concurrency/flight.ts'
import { run } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../runtime/signal.ts'
import { tracing } from '../trace/tracing.ts'
import type { ManyOptions } from '../types/many.ts'
import { BATCH, Calls, type Outcome } from './calls.ts'
import { ListReader } from './list-reader.ts'

type List = Iterable<unknown> | AsyncIterable<unknown>

/** A call and its position in the order of results. */
interface Slot {
  readonly start: () => Outcome | Promise<Outcome>
  outcome?: Outcome | Promise<Outcome>
}

/** Yields the results of a list, which may be endless, in order and in bounded memory. Starts at the first request. */
export async function* iterate(
  context: Context,
  self: unknown,
  list: List,
  options: ManyOptions,
): AsyncGenerator<unknown> {
  const readAhead = new ReadAhead(context, self, list, options)
  let isComplete = false
  try {
    for (let outcome = await readAhead.next(); outcome !== undefined; outcome = await readAhead.next()) {
      if (options.settle) yield outcome
      else if (outcome.status === 'fulfilled') yield outcome.value
      else {
        await readAhead.finish()
        throw outcome.reason
      }
    }
    isComplete = true
  } finally {
    await readAhead.stop(isComplete)
  }
}

/** Reads the list and starts calls ahead of the consumer's requests. */
class ReadAhead {
  readonly #context: Context
  readonly #list: ListReader
  readonly #calls: Calls
  readonly #window: number
  readonly #signal: AbortSignal | undefined
  readonly #signals: readonly AbortSignal[]
  /** Aborts the pending calls: at the user's signal, and when the consumer stops early. */
  readonly #abort = new AbortController()
  readonly #slots: Slot[] = []
  /** Of the function that consumes the results. */
  readonly #trace = tracing.active > 0 ? traceAround(currentFlight()) : undefined
  #preparing: Promise<void> | undefined
  #isReading = false
  /** The number of started slots; they are the first ones. */
  #started = 0
  #stopped = false
  #end: { readonly error?: unknown } | undefined
  #wake = () => {}

  constructor(context: Context, self: unknown, list: List, options: ManyOptions) {
    const { concurrency = BATCH, signal } = options
    this.#context = context
    this.#window = concurrency === Number.POSITIVE_INFINITY ? BATCH : Math.max(concurrency, BATCH)
    this.#list = new ListReader(list, context.runtime)
    this.#calls = new Calls(context, self, { ...options, signal: this.#abort.signal })
    this.#signal = signal
    this.#signals = signal === undefined ? NO_SIGNALS : [signal]
    signal?.addEventListener('abort', this.#onAbort)
  }

  /** The next outcome in order; `undefined` at the end. */
  async next(): Promise<Outcome | undefined> {
    for (;;) {
      throwIfAnyAborted(this.#context, this.#signals)
      const slot = this.#slots[0]
      if (slot !== undefined) return this.#outcomeOf(slot)
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

  /** Starts no more calls, and waits for the started ones. */
  async finish(): Promise<void> {
    this.#stopped = true
    await this.#preparing?.catch(() => {})
    await Promise.all(this.#slots.splice(0).map(({ outcome }) => outcome))
  }

  /** Aborts the pending calls unless the iteration is complete, and closes the list. */
  async stop(isComplete: boolean): Promise<void> {
    this.#stopped = true
    this.#signal?.removeEventListener('abort', this.#onAbort)
    if (!isComplete) this.#abort.abort(this.#signal?.aborted ? reasonOf(this.#signal) : reasonOfUnseen(this.#trace))
    await this.#list.close()
  }

  async #outcomeOf(slot: Slot): Promise<Outcome> {
    if (this.#started === 0) this.#start(slot)
    this.#startIfAsync()
    const outcome = await slot.outcome!
    throwIfAnyAborted(this.#context, this.#signals)
    this.#slots.shift()
    this.#started--
    this.#read()
    return outcome
  }

  #start(slot: Slot): void {
    this.#started++
    slot.outcome = slot.start()
  }

  /** Reads the list while the window has room. Only one read runs at a time. */
  #read(): void {
    if (this.#isReading) return
    this.#isReading = true
    this.#fill().catch((error) => {
      this.#end = { error }
      this.#wake()
    })
  }

  async #fill(): Promise<void> {
    while (!this.#stopped && this.#end === undefined && this.#slots.length < this.#window) {
      const items = await this.#list.next(Math.min(BATCH, this.#window - this.#slots.length))
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
    for (const start of await run(this.#calls.prepare(items))) this.#slots.push({ start })
    this.#startIfAsync()
  }

  /** Starts async calls ahead. A sync function starts when its result is requested. */
  #startIfAsync(): void {
    if (this.#stopped || !(this.#context.isAsync || this.#calls.promised || returnsPromises(this.#context))) return
    while (this.#started < this.#slots.length) this.#start(this.#slots[this.#started]!)
  }

  readonly #onAbort = () => {
    this.#abort.abort(reasonOf(this.#signal!))
    this.#wake()
  }
}
