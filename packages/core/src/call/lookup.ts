import type { Entry, Head, Mode, Store } from '@persist/store'
import type { Flight } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Held } from '../state/memory-tier.ts'
import type { CacheKey } from './cache-key.ts'
import { pendingChanges, pendingWrites } from './change-order.ts'
import { checkFreshnessNow } from './freshness-now.ts'
import { ABSENT, type LookupResult } from './lookup-result.ts'
import { type Reading, readEntry } from './read-entry.ts'
import { callStore } from './store-guard.ts'
import { currentEntry, isAllInForce, isOutOfForce } from './unsaved-changes.ts'
import { changeOf } from './verify-inputs.ts'

/** How an entry is looked up. */
export interface LookupOptions {
  /** The greatest age that may be served, in milliseconds. Default: any. */
  readonly maxAge?: number | undefined
  /** An entry whose run began before is not served, in milliseconds since 1970. Default: any. */
  readonly beganSince?: number | undefined
  /** Nested calls may be made again to verify the entry, as only the first lookup of a call does. Default: `false`. */
  readonly mayCall?: boolean
  /** The flight that other calls may join meanwhile. */
  readonly flight?: Flight | undefined
  /**
   * A large payload may be decompressed beside the event loop. Default: if every call returns a promise. An explicit `false`
   * also means that nothing else may wait: an input whose check waits counts as changed, and a value whose `validate` waits as
   * refused.
   */
  readonly mayWait?: boolean
  /** Called if the store could not be read, so that an entry may be there. */
  readonly onUnread?: (() => void) | undefined
}

/**
 * Looks up an entry and checks it, sync over a sync store. Over an async store it waits for the changes of the entry that were
 * made before, and for its result that waited for the store.
 */
export function lookupEntry(
  context: Context,
  cacheKey: CacheKey,
  options: LookupOptions = {},
): LookupResult | PromiseLike<LookupResult> {
  // A result that is being stored must not wait for itself.
  const pending = options.flight?.isUnsaved === true ? pendingChanges : pendingWrites
  const before = pending(context, cacheKey.hash)
  return before === undefined
    ? lookupNow(context, cacheKey, options)
    : before.then(() => lookupNow(context, cacheKey, options))
}

/** Not a generator, for speed: every hit passes here. */
function lookupNow(
  context: Context,
  cacheKey: CacheKey,
  { maxAge = Number.POSITIVE_INFINITY, mayCall = false, ...options }: LookupOptions,
): LookupResult | PromiseLike<LookupResult> {
  const { hash } = cacheKey
  const mark = context.memory?.mark()
  const { mayWait = context.isAsync } = options
  const { onUnread } = options
  if (context.circuit.error !== undefined) onUnread?.()
  const read = () => getFrom(context, hash, mayWait)
  const act = onUnread === undefined ? read : () => noting(read, onUnread)
  const entry = callStore(context, 'get', hash, act, undefined)
  const isPatient = options.mayWait !== false
  const { beganSince, flight } = options
  const reading = { maxAge, beganSince, mark, mayCall, mayWait, isPatient, flight }
  if (isThenable(entry)) return entry.then((found) => readFound(context, cacheKey, found, reading))
  return readFound(context, cacheKey, entry, reading)
}

function noting<T>(act: () => T | PromiseLike<T>, onFailure: () => void): T | PromiseLike<T> {
  const failed = (error: unknown): never => {
    onFailure()
    throw error
  }
  try {
    const reply = act()
    return isThenable(reply) ? reply.then(undefined, failed) : reply
  } catch (error) {
    return failed(error)
  }
}

/** A caller that gets a promise anyway can wait for a large entry without blocking the thread. */
function getFrom({ store }: Context, hash: string, mayWait: boolean): ReturnType<Store<Mode>['get']> {
  return mayWait && store.getAsync !== undefined ? store.getAsync(hash) : store.get(hash)
}

/** Reads an entry if there is one, or what takes its place. Many stores return `null` for an absent entry. */
export function readFound(context: Context, cacheKey: CacheKey, stored: Entry | undefined | null, reading: Reading) {
  if (stored === undefined || stored === null) return ABSENT
  // For speed: every hit passes here.
  if (isAllInForce(context)) return readEntry(context, cacheKey, stored, reading)
  const found = currentEntry(context, stored, reading.flight)
  if (found === undefined) return ABSENT
  return readEntry(context, cacheKey, found.entry, found.isDecoded ? { ...reading, isDecoded: true } : reading)
}

/** The fresh entry in the memory of this process. Memory keeps entries for longer while the store is unreachable. */
export function lookupInMemory(context: Context, cacheKey: CacheKey, maxAge: number): Held | undefined {
  const held = context.memory?.get(cacheKey.canonicalKey, context.circuit)
  if (held === undefined || checkFreshnessNow(context, held.entry, maxAge).kind !== 'fresh') return undefined
  return isUnchangedNow(context, held.entry) ? held : undefined
}

/** Whether the inputs of an entry are unchanged. `false` also if that cannot be said without waiting. */
function isUnchangedNow(context: Context, head: Head): boolean {
  if (head.inputs === undefined && context.traceRoot === undefined) return true
  return changeOf(context, head, { mayCall: false, mayWait: false }) === undefined
}

/** Whether a listing shows an entry: a call would serve it. Nothing is computed to find out. */
export function isListed(context: Context, head: Head): boolean | Promise<boolean> {
  if (isOutOfForce(context, head) || checkFreshnessNow(context, head).kind !== 'fresh') return false
  if (context.adapter.mode === 'sync') return isUnchangedNow(context, head)
  if (head.inputs === undefined && context.traceRoot === undefined) return true
  const changed = changeOf(context, head, { mayCall: false, mayWait: true })
  return isThenable(changed) ? changed.then((name) => name === undefined) : changed === undefined
}

/**
 * Whether `validate` accepts a value from memory. If it refuses the value, fails, or has to be awaited, the call reads the
 * store, where the entry is checked again and a failure is reported.
 */
export function isValidInMemory({ validate }: Context, value: unknown): boolean {
  if (validate === undefined) return true
  try {
    const result = validate(value)
    if (!isThenable(result)) return result.issues === undefined
    result.then(undefined, () => {})
    return false
  } catch {
    return false
  }
}
