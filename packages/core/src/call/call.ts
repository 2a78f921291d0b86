import { signalOf } from '../concurrency/abort-signals.ts'
import { type Flight, isRefreshed, noteRefreshed, type RunLimit } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'
import type { CacheKey } from './cache-key.ts'

/** One call with its overrides. */
export interface Call {
  readonly self: unknown
  readonly args: readonly unknown[]
  /** The greatest age of a served entry, in milliseconds. */
  readonly maxAge: number
  /** Recomputes and overwrites the stored entry. */
  readonly refresh: boolean
  /** Ends the wait of this caller when it aborts. */
  readonly signal?: AbortSignal | undefined
  /** The call has started a second time, since its arguments had changed. */
  readonly restarted?: boolean
  /** The call has joined a flight whose result may be older than the call. A flight that it joins now began after it. */
  readonly joinedLate?: boolean
  /** Made again to check an entry whose function made it before. */
  readonly isCheck?: boolean
  /** Called when the function is about to run for this call. */
  readonly onRun?: () => void
  /** The limit of `f.many` on concurrent calls of the list. */
  readonly limit?: RunLimit | undefined
}

/** The defaults of a call without overrides. */
export const PLAIN = { maxAge: Number.POSITIVE_INFINITY, refresh: false } as const

/** The signals that end the caller's wait: the signal of `with`, and the signal among the arguments. */
export function signalsOf({ signal, args }: Pick<Call, 'signal' | 'args'>): readonly AbortSignal[] {
  if (signal === undefined && typeof args[args.length - 1] !== 'object') return NO_SIGNALS
  const argument = signalOf(args)
  if (signal === undefined) return argument === undefined ? NO_SIGNALS : [argument]
  return argument === undefined || argument === signal ? [signal] : [signal, argument]
}

/** The signals of a call without any: one array for all. */
export const NO_SIGNALS: readonly AbortSignal[] = []

/** Whether a flight has had its result, or an iteration its first chunks, for longer than the call accepts. */
export function isOlderThanAccepted({ runtime }: Context, { maxAge }: Call, { madeAt }: Flight): boolean {
  return maxAge !== Number.POSITIVE_INFINITY && madeAt !== undefined && runtime.now() - madeAt > maxAge
}

/** Notes in its flight which stored results a call accepts that begins now. */
export function noteAccepted({ runtime }: Context, flight: Flight, maxAge: number): void {
  if (maxAge !== Number.POSITIVE_INFINITY) flight.oldestAccepted = runtime.now() - maxAge
}

/** Whether the call computes even if there is a stored result. */
export function isRefresh(context: Context, call: Call): boolean {
  return call.refresh || context.mode === 'refresh'
}

/**
 * Whether the call starts a refresh. The mode stores a new result of a key once in a call and its nested calls: otherwise a
 * recursion would take exponential time. A result that was not stored is computed again, since the store has an older one.
 */
export function startsRefresh(context: Context, call: Call, { canonicalKey }: CacheKey): boolean {
  return call.refresh || (context.mode === 'refresh' && !isRefreshed(refreshName(context, canonicalKey)))
}

/** Notes that a result is stored, so that nested calls by the mode find it. */
export function noteStored(context: Context, flight: Flight): void {
  if (context.mode === 'refresh') noteRefreshed(flight, refreshName(context, flight.canonicalKey))
}

function refreshName({ adapter, namespace }: Context, canonicalKey: string): string {
  return `${adapter.name}\0${namespace}\0${canonicalKey}`
}
