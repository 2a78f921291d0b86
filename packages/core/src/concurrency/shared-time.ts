import type { Runtime } from '../types/runtime.ts'

/** Measures one run. */
export interface Stopwatch {
  /** Notes that the function has returned a promise, so that other code runs from now on. */
  pending(): void
  /** Returns how long the function itself took, in milliseconds. */
  stop(): number
}

/**
 * Measures the durations of concurrent runs in one thread, by the monotonic clock.
 *
 * A synchronous run has the thread for itself. An asynchronous run counts its part up to the first `await`. Then it counts
 * all time in which the event loop is idle, since it waits for something outside. The time in which the loop is busy is
 * divided equally among the running calls, since their code cannot be distinguished (processor sharing). So 4,000 calls
 * that wait one second for a server take a second each. 4,000 calls that only compete for the thread take the time of the
 * thread in total.
 */
export class SharedTime {
  readonly #monotonic: () => number
  readonly #idle: () => number | undefined
  #runs = 0
  #passed = 0
  #lastNow = 0
  #lastIdle: number | undefined

  constructor({ monotonic, idle }: Runtime) {
    this.#monotonic = monotonic
    this.#idle = idle
  }

  start(): Stopwatch {
    const began = this.#monotonic()
    let own = 0
    let since: number | undefined
    return {
      pending: () => {
        own = this.#monotonic() - began
        this.#advance()
        this.#runs++
        since = this.#passed
      },
      stop: () => {
        if (since === undefined) return this.#monotonic() - began
        this.#advance()
        this.#runs--
        return own + this.#passed - since
      },
    }
  }

  #advance(): void {
    const now = this.#monotonic()
    const idle = this.#idle()
    const passed = now - this.#lastNow
    // If the host does not report idle time, all time counts, as by a wall clock.
    const idled = idle === undefined || this.#lastIdle === undefined ? passed : Math.min(passed, idle - this.#lastIdle)
    if (this.#runs > 0) this.#passed += idled + (passed - idled) / this.#runs
    this.#lastNow = now
    this.#lastIdle = idle
  }
}

const times = new WeakMap<Runtime, SharedTime>()

/** The shared time of a runtime. */
export function sharedTimeOf(runtime: Runtime): SharedTime {
  const time = times.get(runtime) ?? new SharedTime(runtime)
  times.set(runtime, time)
  return time
}
