import { sha256 } from '@persist/hash'
import { currentFlight, traceAround } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'
import { rememberArguments } from '../state/called-arguments.ts'
import type { CacheKey } from './cache-key.ts'

/** The kind of input that is a call of another persisted function. */
export const CALL = 'call'

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
  const { hash } = cacheKey
  rememberArguments(context, cacheKey)
  trace.add({ kind: CALL, name: nameOf(context, hash, trace.store), digest: payloadDigest(payload) })
}

/** Records a call that failed: nothing is stored of it, so no later call can verify it. */
export function noteFailure(context: Context, from = currentFlight()): void {
  traceAround(from)?.refuse(context.namespace, 'the call failed')
}

/** The digest by which two results are compared. */
export function payloadDigest(payload: string | Uint8Array): string {
  return sha256(payload).slice(0, CHARACTERS)
}

/** The function and the entry of a call, as a trace has them. */
export interface CallName {
  /** Empty for the store of the function that made the call: it may be reached by another name later. */
  readonly store: string
  readonly namespace: string
  readonly hash: string
}

function nameOf({ adapter, namespace }: Context, hash: string, store: string): string {
  return JSON.stringify([namespace, hash, adapter.name === store ? '' : adapter.name])
}

/** Reads the name of a call, which any program may have written. */
export function callNameOf(name: string): CallName | undefined {
  let parts: unknown
  try {
    parts = JSON.parse(name)
  } catch {
    return undefined
  }
  const [namespace, hash, store] = Array.isArray(parts) ? (parts as unknown[]) : []
  if (typeof namespace !== 'string' || typeof hash !== 'string' || typeof store !== 'string') return undefined
  return { namespace, hash, store }
}

function payloadOf(context: Context, { payload, value }: Result): string | Uint8Array | undefined {
  if (payload !== undefined) return payload
  try {
    return context.pickle(value)
  } catch {
    return undefined
  }
}
