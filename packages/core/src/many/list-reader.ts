import type { Runtime } from '../types/runtime.ts'
import { checkedItem } from './options.ts'

const LATER: unique symbol = Symbol('later')

/** Reads a list in batches. */
export class ListReader {
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
   * The next items, at most `max`; none at the end. An async list yields the first item and those that follow immediately, so
   * that a slow list delays no item.
   *
   * @throws the error of the list, and OptionError for an item that is not an array; in both cases after the earlier items.
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

  /** Closes a list that was not read to its end. */
  async close(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    const closing = this.#iterator.return?.()
    // A generator cannot stop while it computes an item, and the consumer does not wait for that.
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
