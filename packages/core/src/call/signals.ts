/**
 * A signal among the arguments belongs to one caller, not to the call: it is no part of the key, and the function is
 * given one that aborts only when every caller who waits for the same result has left.
 */

/** The signal in the last argument, where that is an object of options. */
export function signalOf(args: readonly unknown[]): AbortSignal | undefined {
  const last = args[args.length - 1]
  if (last === null || typeof last !== 'object') return undefined
  const { signal } = last as { signal?: unknown }
  return signal instanceof AbortSignal ? signal : undefined
}

/** The arguments with another signal in the last one. */
export function withSignal(args: readonly unknown[], signal: AbortSignal): unknown[] {
  return [...args.slice(0, -1), { ...(args[args.length - 1] as object), signal }]
}

/** The arguments as they identify the call: `f(x, { signal })` is `f(x)`. */
export function withoutSignal(args: readonly unknown[]): readonly unknown[] {
  if (signalOf(args) === undefined) return args
  const { signal: _, ...rest } = args[args.length - 1] as { signal: AbortSignal }
  const before = args.slice(0, -1)
  return Object.keys(rest).length === 0 ? before : [...before, rest]
}

/** Follows a result until the signal aborts; `leave` is called then. */
export function until<T>(result: Promise<T>, signal: AbortSignal, leave: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      leave()
      reject(signal.reason)
    }
    const settle = () => signal.removeEventListener('abort', abort)
    result.then(resolve, reject).then(settle, settle)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}
