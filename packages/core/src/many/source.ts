import type { Runtime } from '../types/runtime.ts'
import { checkedItem } from './options.ts'

const LATER: unique symbol = Symbol('later')

/** A list that is read piece by piece. */
export class Source {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>
  readonly #isAsync: boolean
  readonly #soon: Runtime['soon']
  #pending: Promise<IteratorResult<unknown>> | undefined
  #failure: { readonly error: unknown } | undefined
  #index = 0
  #ended = false

  constructor(list: Iterable<unknown> | AsyncIterable<unknown>, { soon }: Runtime) {
    this.#isAsync = Symbol.asyncIterator in list
    this.#iterator = Symbol.asyncIterator in list ? list[Symbol.asyncIterator]() : list[Symbol.iterator]()
    this.#soon = soon
  }

  /**
   * The next items, at most `max`; none at the end. Of an asynchronous list those that are there at once after the first: a
   * slow list holds up no item.
   *
   * @throws what the list throws, and OptionError for an item that is no array; in both cases after the items before.
   */
  async next(max: number): Promise<readonly (readonly unknown[])[]> {
    if (this.#failure !== undefined) throw this.#failure.error
    const items: (readonly unknown[])[] = []
    let later: Promise<typeof LATER> | undefined
    try {
      while (items.length < max && !this.#ended) {
        const step = await this.#step(later)
        if (step === LATER) break
        if (step.done) this.#ended = true
        else items.push(checkedItem(step.value, this.#index++))
        if (this.#isAsync) later ??= this.#soon(() => LATER)
      }
    } catch (error) {
      if (items.length === 0) throw error
      this.#failure = { error }
    }
    return items
  }

  /** The list is not read to its end. */
  async close(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    const closing = this.#iterator.return?.()
    // While an item is on its way a generator cannot stop, and its reader does not wait for it.
    if (this.#pending === undefined) await closing
    else Promise.resolve(closing).catch(() => {})
  }

  #step(later: Promise<typeof LATER> | undefined) {
    if (!this.#isAsync) return this.#iterator.next() as IteratorResult<unknown>
    this.#pending ??= Promise.resolve(this.#iterator.next()).finally(() => {
      this.#pending = undefined
    })
    return later === undefined ? this.#pending : Promise.race([this.#pending, later])
  }
}
