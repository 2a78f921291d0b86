/**
 * A signal among the arguments belongs to one caller, not to the call: it is no part of the key, and the function is
 * given one that aborts only when every caller who waits for the same result has left.
 *
 * Only a plain object in the last place with an own property `signal` counts, as in `fetch(url, { signal })`. An instance
 * that happens to have a signal, such as a `Request`, is an argument like any other.
 */

/** The signal in the last argument, where that is an object of options. */
export function signalOf(args: readonly unknown[]): AbortSignal | undefined {
  const last = args[args.length - 1]
  if (typeof last !== 'object' || last === null || !isPlain(last)) return undefined
  const signal: unknown = Object.getOwnPropertyDescriptor(last, 'signal')?.value
  return isSignal(signal) ? signal : undefined
}

/** The arguments with another signal in the last one. */
export function withSignal(args: readonly unknown[], signal: AbortSignal): unknown[] {
  return [...args.slice(0, -1), replaced(args[args.length - 1] as object, signal)]
}

/**
 * The arguments as they identify the call: `f(x, { signal })` is `f(x)`, and so is `f(x, { signal: undefined })`.
 *
 * @param keepsPlace An object of options of which nothing is left stays, as `{}`: a user's `key` may take it apart.
 */
export function withoutSignal(args: readonly unknown[], keepsPlace = false): readonly unknown[] {
  const last = args[args.length - 1]
  if (typeof last !== 'object' || last === null || !Object.hasOwn(last, 'signal') || !isPlain(last)) return args
  const { value, get } = Object.getOwnPropertyDescriptor(last, 'signal')!
  if (get !== undefined || (value !== undefined && !isSignal(value))) return args
  const rest = replaced(last, undefined)
  const before = args.slice(0, -1)
  return Reflect.ownKeys(rest).length === 0 && !keepsPlace ? before : [...before, rest]
}

/** Throws the reason of a signal that has aborted. */
export function throwIfAborted(signals: readonly AbortSignal[]): void {
  for (const signal of signals) signal.throwIfAborted()
}

/** Follows a result until one of the signals aborts; `leave` is called then. */
export function until<T>(
  result: PromiseLike<T>,
  signals: readonly AbortSignal[],
  leave: (reason: unknown) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stops: (() => void)[] = []
    const settle = () => {
      for (const stop of stops) stop()
    }
    result.then(
      (value) => {
        settle()
        resolve(value)
      },
      (error) => {
        settle()
        reject(error)
      },
    )
    for (const signal of signals) {
      const abort = () => {
        settle()
        leave(signal.reason)
        reject(signal.reason)
      }
      if (signal.aborted) return abort()
      stops.push(onAbort(signal, abort))
    }
  })
}

const listeners = new WeakMap<AbortSignal, Set<() => void>>()

/** One listener a signal, however many calls share it: Node warns of a leak beyond ten. */
function onAbort(signal: AbortSignal, act: () => void): () => void {
  const acts = listeners.get(signal) ?? new Set()
  const runAll = () => {
    listeners.delete(signal)
    for (const one of acts) one()
  }
  if (acts.size === 0) {
    listeners.set(signal, acts)
    signal.addEventListener('abort', runAll, { once: true })
    stopListening.set(acts, () => signal.removeEventListener('abort', runAll))
  }
  acts.add(act)
  return () => {
    if (!acts.delete(act) || acts.size > 0 || listeners.get(signal) !== acts) return
    listeners.delete(signal)
    stopListening.get(acts)!()
  }
}

const stopListening = new WeakMap<Set<() => void>, () => void>()

/** A copy that reads no property: one may be a getter. */
function replaced(options: object, signal: AbortSignal | undefined): object {
  const { signal: _, ...rest } = Object.getOwnPropertyDescriptors(options) as Record<string, PropertyDescriptor>
  const copy = Object.create(Object.getPrototypeOf(options), rest) as object
  if (signal === undefined) return copy
  return Object.defineProperty(copy, 'signal', { value: signal, enumerable: true, writable: true, configurable: true })
}

/** Of this realm or another one: the prototype is the last one of its chain. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return (
    prototype === null ||
    prototype === Object.prototype ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf'))
  )
}

/** A real one, also of another realm or a polyfill, and not an object that merely inherits from it. */
function isSignal(value: unknown): value is AbortSignal {
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
