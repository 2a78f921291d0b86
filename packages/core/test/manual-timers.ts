import { runPending } from './harness.ts'

/** Time passes when the test says so. */
export function manualTimers() {
  let timers: (() => void)[] = []
  return {
    later: (_ms: number, act: () => void) => {
      timers.push(act)
      return () => {
        timers = timers.filter((other) => other !== act)
      }
    },
    async pass() {
      for (const act of timers.splice(0)) act()
      await runPending()
    },
  }
}
