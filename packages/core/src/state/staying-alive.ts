import type { Runtime } from '../types/runtime.ts'

const LONGEST_MS = 30_000
const STEP_MS = 100

/** Keeps the process alive while results wait for their store. */
export class StayingAlive {
  readonly #areWaiting: () => boolean
  #until = Number.NEGATIVE_INFINITY
  #steps = 0
  #alive: Promise<void> | undefined

  constructor(areWaiting: () => boolean) {
    this.#areWaiting = areWaiting
  }

  /** `undefined`: it keeps nothing alive. */
  get ended(): Promise<void> | undefined {
    return this.#alive
  }

  /**
   * Keeps the process alive no longer than a result took to compute, and for half a minute at most: a script that ends while a
   * server restarts would lose hours of work.
   *
   * @param since when the result was first kept, by the monotonic clock.
   */
  for(since: number, durationMs: number, runtime: Pick<Runtime, 'monotonic' | 'sleep'>): Promise<void> {
    const until = since + Math.min(durationMs, LONGEST_MS)
    if (until > this.#until) this.#steps = LONGEST_MS / STEP_MS
    this.#until = Math.max(this.#until, until)
    this.#alive ??= this.#stay(runtime).finally(() => {
      this.#alive = undefined
    })
    return this.#alive
  }

  async #stay({ monotonic, sleep }: Pick<Runtime, 'monotonic' | 'sleep'>): Promise<void> {
    const isOver = () => !this.#areWaiting() || monotonic() >= this.#until
    // Counted, too, since a clock that a test injects may stand still.
    while (!isOver() && this.#steps-- > 0) await sleep(STEP_MS)
  }
}
