/** The clocks, timers, environment and stderr that core uses; tests inject their own. */
export interface Runtime {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Monotonic milliseconds, for durations and waits. */
  readonly monotonic: () => number
  /** The milliseconds that the event loop has been idle so far; `undefined` if the host does not report them. */
  readonly idle: () => number | undefined
  /** Waits without blocking. Keeps the process alive, since a caller waits for the result. */
  readonly sleep: (ms: number) => Promise<void>
  /** Blocks the thread, without using the processor. */
  readonly sleepSync: (ms: number) => void
  /** Calls `act` after the current task, and keeps the process alive until then. */
  readonly soon: <T>(act: () => T | Promise<T>) => Promise<T>
  /** Calls `act` after `ms`, without keeping the process alive. Returns a function that cancels the call. */
  readonly later: (ms: number, act: () => void) => () => void
  /** A number from 0 to 1, to spread waits. */
  readonly random: () => number
  /** The environment, from which `PERSIST_*` is read when a function is wrapped. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Prints the lines that `verbosity` allows. */
  readonly stderr: (text: string) => void
}
