/** What core asks of the world; tests hand in their own. */
export interface Surroundings {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that never jump, for durations and waits. */
  readonly monotonic: () => number
  /** Waits without blocking. Keeps the process alive, since somebody waits for the answer. */
  readonly sleep: (ms: number) => Promise<void>
  /** Waits with the whole thread, without burning the processor. */
  readonly sleepSync: (ms: number) => void
  /** Calls once what runs now is done, and keeps the process alive for it. */
  readonly soon: <T>(act: () => T | Promise<T>) => Promise<T>
  /** Calls later, without keeping the process alive; the answer cancels. */
  readonly later: (ms: number, act: () => void) => () => void
  /** A number from 0 to 1, to spread waiters. */
  readonly random: () => number
  /** Where `PERSIST_*` are read, at wrap time. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where `verbosity` prints. */
  readonly stderr: (text: string) => void
}

const sleeper = new Int32Array(new SharedArrayBuffer(4))

/** The real world. */
export const realSurroundings: Surroundings = {
  now: Date.now,
  monotonic: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  sleepSync: (ms) => {
    Atomics.wait(sleeper, 0, 0, ms)
  },
  soon: (act) => new Promise((resolve) => setImmediate(resolve)).then(act),
  later: (ms, act) => {
    const timer = setTimeout(act, ms)
    timer.unref?.()
    return () => clearTimeout(timer)
  },
  random: Math.random,
  env: process.env,
  stderr: (text) => {
    process.stderr.write(text)
  },
}
