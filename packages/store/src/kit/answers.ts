import { TimeoutError, withTimeout } from './timeout.ts'

/**
 * The answers to operations that wait for each other, as on one connection. Each waits from the last answer on.
 *
 * @example
 * ```ts
 * await new Answers().wait(Promise.resolve('answer'), { ms: 2_000, most: 20_000 })   // 'answer'
 * ```
 */
export class Answers {
  #lastAt = 0

  /** The answer, or a {@link TimeoutError} after `ms` milliseconds without any answer, or `most` without this one. */
  async wait<T>(answer: Promise<T>, { ms, most }: { readonly ms: number; readonly most: number }): Promise<T> {
    let since = performance.now()
    for (const end = since + most; ; since = this.#lastAt) {
      try {
        const found = await withTimeout(Math.max(0, Math.min(since + ms, end) - performance.now()), () => answer)
        this.#lastAt = performance.now()
        return found
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error
        if (this.#lastAt <= since || performance.now() >= end) throw new TimeoutError(ms)
      }
    }
  }
}
