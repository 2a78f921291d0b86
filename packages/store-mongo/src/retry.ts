import type { MongoClient } from 'mongodb'

const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 250
/** A client that was made by another version of the driver may not say. */
const USUAL_SELECTION_MS = 30_000
const LOST_CONNECTION = /^Mongo(Network|NetworkTimeout|PoolCleared|PoolClearedOnNetwork|PoolClosed)Error$/
/** Of the system, when the server went in the moment of writing: the driver lets these through as they are. */
const BROKEN_PIPE = /^(EPIPE|ECONNRESET)$/

/** Whether the driver looks for a server for longer than a caller waits. */
export function outlastsCallers({ options }: MongoClient, serverWaitMs: number): boolean {
  return (options?.serverSelectionTimeoutMS ?? USUAL_SELECTION_MS) >= serverWaitMs
}

/**
 * Repeats an operation while its connection fails. The driver itself retries once, which is too soon for a
 * server that is starting again; and every operation here may be done twice: it names what it writes, and looks whether that
 * is there already. `isOver` says that the caller has given up.
 *
 * @param outlasts The driver looks for a server for longer than the caller waits. If it gives up first, the process was busy
 * and read no answer.
 */
export async function retryOnNetworkError<T>(
  act: () => Promise<T>,
  isOver: () => boolean,
  outlasts = false,
): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await act()
    } catch (error) {
      if (isOver() || !(isLostConnection(error) || (outlasts && isNoServer(error)))) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, pause))
    if (isOver()) throw new Error('no call waits any more')
  }
}

function isNoServer(error: unknown): boolean {
  return (error as { name?: unknown }).name === 'MongoServerSelectionError'
}

function isLostConnection(error: unknown): boolean {
  const { name, code, errorLabels, errorLabelSet } = error as {
    name?: unknown
    code?: unknown
    errorLabels?: unknown
    errorLabelSet?: unknown
  }
  if (LOST_CONNECTION.test(String(name)) || BROKEN_PIPE.test(String(code))) return true
  // A primary that steps down says so by label.
  const labels = [
    ...(errorLabelSet instanceof Set ? errorLabelSet : []),
    ...(Array.isArray(errorLabels) ? errorLabels : []),
  ]
  return labels.includes('RetryableWriteError') || labels.includes('RetryableReadError')
}
