import { isSignal, reasonOf } from '../runtime/signal.ts'

/**
 * A signal among the arguments belongs to one caller, not to the call. It is no part of the key, and the function gets a
 * signal that aborts only when every caller of the same call has left.
 *
 * Only a plain object as the last argument with an own property `signal` counts, as in `fetch(url, { signal })`. An
 * instance that has a signal, such as a `Request`, is an argument like any other.
 */

/** The signal in the last argument, if that is an object of options. */
export function signalOf(args: readonly unknown[]): AbortSignal | undefined {
  const last = args[args.length - 1]
  if (typeof last !== 'object' || last === null || !isPlain(last)) return undefined
  const signal: unknown = Object.getOwnPropertyDescriptor(last, 'signal')?.value
  return isSignal(signal) ? signal : undefined
}

/** The arguments with the signal in the last one replaced. */
export function withSignal(args: readonly unknown[], signal: AbortSignal): unknown[] {
  return [...args.slice(0, -1), replaced(args[args.length - 1] as object, signal)]
}

/**
 * The arguments that identify the call: `f(x, { signal })` is the same call as `f(x)` and `f(x, { signal: undefined })`.
 *
 * @param keepsPlace Keeps an object of options that becomes empty, since a user's `key` may destructure it.
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

/** Waits for a result until a signal aborts; then calls `leave` and rejects with the reason. */
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
        const reason = reasonOf(signal)
        leave(reason)
        reject(reason)
      }
      if (signal.aborted) return abort()
      stops.push(onAbort(signal, abort))
    }
  })
}

const listeners = new WeakMap<AbortSignal, Set<() => void>>()

/** Adds one listener per signal, for any number of calls, since Node warns of a leak beyond ten listeners. */
function onAbort(signal: AbortSignal, act: () => void): () => void {
  const acts = listeners.get(signal) ?? new Set()
  const runAll = () => {
    listeners.delete(signal)
    for (const run of acts) run()
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

/** Copies property descriptors, so that no getter runs. */
function replaced(options: object, signal: AbortSignal | undefined): object {
  const { signal: _, ...rest } = Object.getOwnPropertyDescriptors(options) as Record<string, PropertyDescriptor>
  const copy = Object.create(Object.getPrototypeOf(options), rest) as object
  if (signal === undefined) return copy
  return Object.defineProperty(copy, 'signal', { value: signal, enumerable: true, writable: true, configurable: true })
}

/** Whether it is a plain object, also of another realm: its prototype is the last in the chain. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return (
    prototype === null ||
    prototype === Object.prototype ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf'))
  )
}
