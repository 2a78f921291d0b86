import type { Entry } from '@persist/store'
import { unmarkedHash } from '@persist/store/kit'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { rememberedArguments } from '../state/called-arguments.ts'
import type { VerifyPass } from '../state/peers.ts'
import { cacheKeyOf } from './cache-key.ts'
import { PLAIN } from './call.ts'
import { pendingChanges, pendingWrites } from './change-order.ts'
import { decodeStored, isStoredAsIs } from './decode-stored.ts'
import { checkFreshnessNow } from './freshness-now.ts'
import { getOrCompute } from './get-or-compute.ts'
import { isValidInMemory } from './lookup.ts'
import { payloadDigest } from './note-call.ts'
import { isEntry } from './replies.ts'
import { callStore } from './store-guard.ts'
import { isOutOfForce } from './unsaved-changes.ts'
import { firstChange } from './verify-inputs.ts'

/** A call that another function made. */
interface MadeCall {
  readonly hash: string
  /** Of its result. */
  readonly digest: string
  /** The greatest age of a result that it accepted, in milliseconds. */
  readonly maxAge: number
}

/**
 * Whether a call of this function, which another function made, would still return the result with this digest. If its entry
 * cannot be served any more, the call is made again: an equal result ends the search for changes here.
 */
export function* isCallUnchanged(
  context: Context,
  { hash, digest, maxAge }: MadeCall,
  pass: VerifyPass,
): Steps<boolean> {
  // The hash comes from the store, where any program may have written it.
  context.adapter.checkHash?.(hash)
  const pending = pass.isUnsaved === true ? pendingChanges : pendingWrites
  yield* wait(pending(context, hash))
  const entry = yield* wait<unknown>(callStore(context, 'get', hash, () => context.store.get(hash), undefined))
  const stored =
    isEntry(entry) && entry.hash === hash && !isOutOfForce(context, entry)
      ? yield* decoded(context, entry, pass)
      : undefined
  if (stored !== undefined && checkFreshnessNow(context, stored, maxAge).kind === 'fresh') {
    // Another result now: whether the call would be made again to return the former one is not worth a search.
    if (payloadDigest(stored.payload) !== digest) return false
    if (yield* isServable(context, stored, pass)) return true
  }
  const args = pass.mayCall ? argumentsOf(context, hash, stored) : undefined
  if (args === undefined || isRunning(context, args)) return false
  const value = yield* wait(getOrCompute(context, { self: undefined, args, ...PLAIN, maxAge, isCheck: true }))
  return payloadDigest(context.pickle(value)) === digest
}

/** The entry as the pickle gave it; `undefined` for one that cannot be decoded. */
function* decoded(context: Context, entry: Entry, { mayCall }: VerifyPass): Steps<Entry | undefined> {
  if (isStoredAsIs(context, entry)) return entry
  const found = yield* wait(decodeStored(context, entry, mayCall && context.isAsync))
  return 'payload' in found ? found : undefined
}

function* isServable(context: Context, entry: Entry, pass: VerifyPass): Steps<boolean> {
  if (entry.inputs === undefined) {
    if (context.traceRoot !== undefined) return false
  } else if ((yield* firstChange(context, entry.inputs, pass)) !== undefined) return false
  return context.validate === undefined || isValidInMemory(context, context.unpickle(entry.payload))
}

/** Whether the calling code runs in that very call, which a check must not begin again. */
function isRunning(context: Context, args: unknown[]): boolean {
  return context.flights.isInside(cacheKeyOf(context, undefined, args).canonicalKey)
}

/** The arguments of the call: those that this process remembers, or the stored key. */
function argumentsOf(context: Context, hash: string, entry: Entry | undefined): unknown[] | undefined {
  if (context.ownKey || context.streams || context.isMethod) return undefined
  const args =
    rememberedArguments(context, hash) ??
    (context.storekey && entry?.key !== undefined ? context.unpickle(entry.key) : undefined)
  if (!Array.isArray(args)) return undefined
  // Beside results of other versions, the result of this version has another mark.
  const isOfCall = unmarkedHash(cacheKeyOf(context, undefined, args).hash) === unmarkedHash(hash)
  return isOfCall ? args : undefined
}
