import { signalOf } from '../concurrency/abort-signals.ts'
import type { RunLimit } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'

/** One call, with what it overrides. */
export interface Call {
  readonly self: unknown
  readonly args: readonly unknown[]
  /** Serve nothing older than this, in milliseconds. */
  readonly maxAge: number
  /** Compute again and overwrite. */
  readonly refresh: boolean
  /** The caller leaves when it aborts. */
  readonly signal?: AbortSignal | undefined
  /** The call has begun a second time, since its arguments had changed. */
  readonly restarted?: boolean
  /** Called when the function is about to run for this call. */
  readonly onRun?: () => void
  /** Of `f.many`: how many calls of the list may run at once. */
  readonly limit?: RunLimit | undefined
}

/** What a call is without overrides. */
export const PLAIN = { maxAge: Number.POSITIVE_INFINITY, refresh: false } as const

/** The signals at which the caller leaves: that of `with`, and that among the arguments. */
export function signalsOf({ signal, args }: Call): readonly AbortSignal[] {
  if (signal === undefined && typeof args[args.length - 1] !== 'object') return NO_SIGNALS
  const among = signalOf(args)
  if (signal === undefined) return among === undefined ? NO_SIGNALS : [among]
  return among === undefined || among === signal ? [signal] : [signal, among]
}

/** A call at which no signal is aimed. */
export const NO_SIGNALS: readonly AbortSignal[] = []

/** Whether the call is to compute whatever is stored. */
export function isRefresh(context: Context, call: Call): boolean {
  return call.refresh || context.mode === 'refresh'
}
