/** Whether it is a signal, also of another realm or a polyfill, but no object that only inherits from a signal. */
export function isSignal(value: unknown): value is AbortSignal {
  if (typeof value !== 'object' || value === null) return false
  try {
    const { aborted, addEventListener } = value as AbortSignal
    return (
      typeof aborted === 'boolean' &&
      typeof addEventListener === 'function' &&
      Object.prototype.toString.call(value) === '[object AbortSignal]'
    )
  } catch {
    return false
  }
}

/** Older polyfills have no reason. */
const reasons = new WeakMap<AbortSignal, DOMException>()

/** The reason of an aborted signal. */
export function reasonOf(signal: AbortSignal): unknown {
  if ('reason' in signal) return signal.reason
  const known = reasons.get(signal)
  if (known !== undefined) return known
  const reason = new DOMException('This operation was aborted', 'AbortError')
  reasons.set(signal, reason)
  return reason
}

/** Throws the reason of an aborted signal. Older polyfills have no method for it. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal)
}
