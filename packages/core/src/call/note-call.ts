import { sha256 } from '@persist/hash'
import { CALL } from '@persist/store/kit'
import { until } from '../concurrency/abort-signals.ts'
import { currentFlight, traceAround } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'
import { reasonOf, throwIfAborted } from '../runtime/signal.ts'
import { rememberArguments } from '../state/called-arguments.ts'
import { type Recorder, tracing } from '../trace/tracing.ts'
import type { CacheKey } from './cache-key.ts'

/** 132 bits, in base64url. */
const CHARACTERS = 22

/** A result of a call, with its payload if there is one. */
interface Result {
  readonly payload?: string | Uint8Array
  readonly value?: unknown
}

/** Records a call in the trace of the function that made it, if that is traced. */
export function noteCall(context: Context, cacheKey: CacheKey, result: Result, from = currentFlight()): void {
  const trace = traceAround(from)
  if (trace === undefined) return
  const payload = payloadOf(context, result)
  if (payload === undefined) {
    trace.refuse(context.namespace, 'its result cannot be pickled')
    return
  }
  rememberArguments(context, cacheKey)
  trace.add({ kind: CALL, name: nameOf(context, cacheKey, trace.store), digest: payloadDigest(payload) })
}

/** The reasons for which functions left calls without a look at their outcomes, each with the trace of that function. */
const unseen = new WeakMap<object, Recorder>()

/** The reason with which the calling function leaves calls that it has seen nothing of: to it, they have not failed. */
export function reasonOfUnseen(trace: Recorder | undefined): DOMException {
  const reason = new DOMException('This operation was aborted', 'AbortError')
  if (trace !== undefined) unseen.set(reason, trace)
  return reason
}

/**
 * Records a call that failed: nothing is stored of it, so no later call can verify it.
 *
 * @param leftFor Why the call was left, if it was.
 */
export function noteFailure(context: Context, leftFor: unknown, from = currentFlight()): void {
  const trace = traceAround(from)
  // To another function that was left, a call with the same reason has failed.
  const isUnseen = typeof leftFor === 'object' && leftFor !== null && unseen.get(leftFor) === trace
  if (!isUnseen) trace?.refuse(context.namespace, 'the call failed')
}

/** The reason of the signal of a call, if it has aborted. */
export function reasonIfLeft({ signal }: { readonly signal?: AbortSignal | undefined }): unknown {
  return signal?.aborted ? reasonOf(signal) : undefined
}

/** Throws the reason of the first signal that has aborted, for a call that begins. */
export function throwIfAnyAborted(context: Context, signals: readonly AbortSignal[]): void {
  for (const signal of signals) {
    if (signal.aborted && tracing.active > 0) noteFailure(context, reasonOf(signal))
    throwIfAborted(signal)
  }
}

/** Waits for a result until a signal aborts, which is a failure of the call for the function that made it. */
export function untilAborted<T>(
  context: Context,
  result: PromiseLike<T>,
  signals: readonly AbortSignal[],
  leave: (reason: unknown) => void,
): Promise<T> {
  const from = tracing.active > 0 ? currentFlight() : undefined
  return until(result, signals, (reason) => {
    if (from !== undefined) noteFailure(context, reason, from)
    leave(reason)
  })
}

/** The digest by which two results are compared. */
export function payloadDigest(payload: string | Uint8Array): string {
  return sha256(payload).slice(0, CHARACTERS)
}

function nameOf({ adapter, namespace }: Context, { hash, maxAge }: CacheKey, store: string): string {
  const parts: unknown[] = [namespace, hash, adapter.name === store ? '' : adapter.name]
  if (maxAge !== Number.POSITIVE_INFINITY) parts.push(maxAge)
  return JSON.stringify(parts)
}

function payloadOf(context: Context, { payload, value }: Result): string | Uint8Array | undefined {
  if (payload !== undefined) return payload
  try {
    return context.pickle(value)
  } catch {
    return undefined
  }
}
