import { env, printToStderr, sleepSync, soon } from '@persist/platform'
import type { Runtime } from '../types/runtime.ts'

// Captured at load: fake timers in a user's tests must not block a call forever.
const { setTimeout, clearTimeout } = globalThis
const { eventLoopUtilization } = performance as { eventLoopUtilization?: () => { idle: number } | undefined }
/** The longest delay of a timer. A longer one would fire immediately. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The real runtime. Looks up `Date.now` and `performance.now` at each call, since a test may replace them. */
export const realRuntime: Runtime = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  idle,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  sleepSync,
  soon: (act) => new Promise<void>((resolve) => soon(resolve)).then(act),
  later: (ms, act) => {
    const timer = setTimeout(act, Math.min(ms, LONGEST_TIMER_MS))
    timer.unref?.()
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
  env,
  stderr: printToStderr,
}

/** Ignores the function in Bun and Deno, where it always returns 0. */
function idle(): number | undefined {
  if (eventLoopUtilization === undefined || 'Bun' in globalThis || 'Deno' in globalThis) return undefined
  return eventLoopUtilization.call(performance)?.idle
}
