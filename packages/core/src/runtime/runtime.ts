import type { Runtime } from '../types/runtime.ts'
import { printToStderr } from './print-to-stderr.ts'

// Timers are taken when core is loaded: fake timers of a user's tests must not make a call wait forever.
const { setTimeout, setImmediate, clearTimeout } = globalThis
const { eventLoopUtilization } = performance as { eventLoopUtilization?: () => { idle: number } | undefined }
/** The longest time that a timer takes: a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
let sleeper: Int32Array | undefined

/** The real world. Its clocks are read when they are needed: a test may replace `Date.now`. */
export const realRuntime: Runtime = {
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
