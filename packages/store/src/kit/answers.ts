import { inTurns } from './timeout.ts'

/**
 * The answers to operations that wait for each other, as on one connection. Each waits from the last answer on.
 *
 * @example
 * ```ts
 * await new Answers().wait(Promise.resolve('answer'), { ms: 2_000, most: 20_000 })   // 'answer'
 * ```
 */
export class Answers {
  #count = 0

  /** The answer, or a `TimeoutError` after `ms` milliseconds without any answer, or `most` without this one. */
  async wait<T>(answer: Promise<T>, { ms, most }: { readonly ms: number; readonly most: number }): Promise<T> {
    let seen = this.#count
    let silent = 0
    let all = 0
    const isOver = (passed: number) => {
      all += passed
      silent = seen === this.#count ? silent + passed : 0
      seen = this.#count
      return silent >= ms || all >= most
    }
    const found = await inTurns(ms, () => answer, isOver)
    this.#count++
    return found
  }
}
