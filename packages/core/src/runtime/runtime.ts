import { printToStderr } from './print-to-stderr.ts'

/** What core asks of the world; tests hand in their own. */
export interface Surroundings {
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

// Timers are taken when core is loaded: fake timers of a user's tests must not make a call wait forever.
const { setTimeout, setImmediate, clearTimeout } = globalThis
const { eventLoopUtilization } = performance as { eventLoopUtilization?: () => { idle: number } | undefined }
/** The longest time that a timer takes: a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
let sleeper: Int32Array | undefined

/** The real world. Its clocks are read when they are needed: a test may replace `Date.now`. */
export const realSurroundings: Surroundings = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  idle,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  sleepSync: (ms) => {
    sleeper ??= new Int32Array(new SharedArrayBuffer(4))
    Atomics.wait(sleeper, 0, 0, ms)
  },
  soon: (act) => new Promise((resolve) => setImmediate(resolve)).then(act),
  later: (ms, act) => {
    const timer = setTimeout(act, Math.min(ms, LONGEST_TIMER_MS))
    timer.unref?.()
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
  env: process.env,
  stderr: printToStderr,
}

/** Bun and Deno have the function, and answer 0. */
function idle(): number | undefined {
  if (eventLoopUtilization === undefined || 'Bun' in globalThis || 'Deno' in globalThis) return undefined
  return eventLoopUtilization.call(performance)?.idle
}
