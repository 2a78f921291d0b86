/** What core asks of the world; tests hand in their own. */
export interface Runtime {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that never jump, for durations and waits. */
  readonly monotonic: () => number
  /** For how many milliseconds the event loop has been idle until now; `undefined` where the host cannot tell. */
  readonly idle: () => number | undefined
  /** Waits without blocking. Keeps the process alive, since a caller waits for the answer. */
  readonly sleep: (ms: number) => Promise<void>
  /** Waits with the whole thread, without burning the processor. */
  readonly sleepSync: (ms: number) => void
  /** Calls once what runs now is done, and keeps the process alive for it. */
  readonly soon: <T>(act: () => T | Promise<T>) => Promise<T>
  /** Calls later, without keeping the process alive; the answer cancels. */
  readonly later: (ms: number, act: () => void) => () => void
  /** A number from 0 to 1, to spread waiters. */
  readonly random: () => number
  /** Where `PERSIST_*` are read, when a function is wrapped. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where `verbosity` prints. */
  readonly stderr: (text: string) => void
}
