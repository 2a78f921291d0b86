/** The time that an operation has to stop. A write to a pipe without a reader may never end. */
const GRACE_MS = 5_000
/** A sync store answers without a turn of the event loop, and Node notices a signal in such a turn only. */
const LONGEST_TURN_MS = 50

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

/** The same items, with enough turns of the event loop between them that an operation on sync stores can be interrupted. */
export async function* withTurns<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  let last = performance.now()
  for await (const item of items) {
    if (performance.now() - last >= LONGEST_TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve))
      last = performance.now()
    }
    yield item
  }
}
