import type { Runtime } from '../types/runtime.ts'

/** Measures one call. */
export interface Stopwatch {
  /** The function has answered with a promise, and other code runs from now on. */
  pending(): void
  /** How long the function itself took, in milliseconds. */
  stop(): number
}

/**
 * How long calls take that go on at the same time in one thread.
 *
 * The clock is the monotonic one. A synchronous function has the thread for itself. Of an asynchronous one counts: its
 * part up to the first `await`; then all time in which the event loop is idle, since the call waits for something outside;
 * and of the time in which the loop is busy an equal share for each call that is under way, since it is not known whose
 * code runs (processor sharing). So 4,000 calls that wait one second for a server took a second each, and 4,000 that only
 * queue for the thread took together what the thread took.
 */
export class SharedTime {
  readonly #monotonic: () => number
  readonly #idle: () => number | undefined
  #underWay = 0
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
        this.#underWay++
        since = this.#passed
      },
      stop: () => {
        if (since === undefined) return this.#monotonic() - began
        this.#advance()
        this.#underWay--
        return own + this.#passed - since
      },
    }
  }

  #advance(): void {
    const now = this.#monotonic()
    const idle = this.#idle()
    const passed = now - this.#lastNow
    // A host that cannot tell: all of it counts, as the clock on the wall would have it.
    const idled = idle === undefined || this.#lastIdle === undefined ? passed : Math.min(passed, idle - this.#lastIdle)
    if (this.#underWay > 0) this.#passed += idled + (passed - idled) / this.#underWay
    this.#lastNow = now
    this.#lastIdle = idle
  }
}

const times = new WeakMap<Runtime, SharedTime>()

/** The one clock of all functions in the same surroundings. */
export function sharedTimeOf(runtime: Runtime): SharedTime {
  const time = times.get(runtime) ?? new SharedTime(runtime)
  times.set(runtime, time)
  return time
}
