/** Runs work that can stop at a good moment. The first Ctrl-C aborts its signal, the second one ends the process. */
export async function interruptible<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController()
  const stop = () => interruption.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    return await act(interruption.signal)
  } finally {
    process.removeListener('SIGINT', stop)
    process.removeListener('SIGTERM', stop)
  }
}
