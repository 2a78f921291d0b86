/** How long something may take to stop. What waits for another program, as a pipe that no one reads, may never do. */
const GRACE_MS = 5_000

/**
 * Runs something that can stop at a good moment: the first Ctrl-C asks it to. The second ends the process, and so does a
 * while without an end.
 */
export async function interruptible<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController()
  let patience: NodeJS.Timeout | undefined
  const stop = (signal: NodeJS.Signals) => {
    interruption.abort()
    // By the signal itself: `process.exit` would wait for the call of the system that does not come back.
    patience ??= setTimeout(() => {
      forget()
      process.kill(process.pid, signal)
    }, GRACE_MS).unref()
  }
  const forget = () => {
    process.removeListener('SIGINT', stop)
    process.removeListener('SIGTERM', stop)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    return await act(interruption.signal)
  } finally {
    clearTimeout(patience)
    forget()
  }
}
