/** The time that an operation has to stop. A write to a pipe without a reader may never end. */
const GRACE_MS = 5_000

/**
 * Runs an operation that can stop early. The first Ctrl-C aborts its signal. The second ends the process, and so does an
 * operation that has not stopped after 5 seconds.
 */
export async function interruptible<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const stop = (signal: NodeJS.Signals) => {
    interruption.abort()
    // `process.exit` would wait for the system call that does not return.
    timer ??= setTimeout(() => {
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
    clearTimeout(timer)
    forget()
  }
}
