import { OptionError, StoreError } from '@persist/errors'
import type { Entry, Head, Mode, Store } from '@persist/store'
import type { Flight } from '../concurrency/flight.ts'
import type { Context, Missed } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Held } from '../state/memory-tier.ts'
import type { CacheKey } from './cache-key.ts'
import { pendingChanges } from './change-order.ts'
import { type DecodingFailure, decodeStored, isStoredAsIs } from './decode-stored.ts'
import { checkFreshness, FRESH, type Freshness, otherVersionOrSource } from './freshness.ts'
import { isEntry } from './replies.ts'
import { reportSourceChange } from './source-change.ts'
import { callStore, reportProblem } from './store-guard.ts'
import { changeOf } from './verify-inputs.ts'
import { wasWrittenUnder } from './written-under.ts'

/** The result of a lookup in the store. */
export type LookupResult = Missed | Found<'fresh'> | Found<'stale'> | Found<'stale-if-error'>

/** An entry that may be served, with its value. */
export interface Found<Kind extends 'fresh' | 'stale' | 'stale-if-error'> {
  readonly kind: Kind
  readonly entry: Entry
  readonly value: unknown
  /** The position in the order of changes of the memory tier before the store was read. */
  readonly mark: number | undefined
}

/** Replaces a lookup for a call that computes even if there is a stored result. */
export const REFRESH: LookupResult = { kind: 'miss', reason: 'refresh' }
/** Replaces a lookup if the entry is known to be absent. */
export const ABSENT: Missed = { kind: 'miss', reason: 'absent' }
const INVALID: LookupResult = { kind: 'miss', reason: 'invalid' }
const UNREADABLE: LookupResult = { kind: 'miss', reason: 'unreadable' }

/** How an entry is looked up. */
export interface LookupOptions {
  /** The greatest age that may be served, in milliseconds. Default: any. */
  readonly maxAge?: number | undefined
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
}

/**
 * Looks up an entry and checks it, sync over a sync store. Over an async store it waits for the changes of the entry that were
 * made before.
 */
export function lookupEntry(
  context: Context,
  cacheKey: CacheKey,
  options: LookupOptions = {},
): LookupResult | PromiseLike<LookupResult> {
  const before = pendingChanges(context, cacheKey.hash)
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
  const entry = callStore(context, 'get', hash, () => getFrom(context, hash, mayWait), undefined)
  const reading = { maxAge, mark, mayCall, mayWait, isPatient: options.mayWait !== false, flight: options.flight }
  if (isThenable(entry)) return entry.then((found) => readFound(context, cacheKey, found, reading))
  return readFound(context, cacheKey, entry, reading)
}

/** A caller that gets a promise anyway can wait for a large entry without blocking the thread. */
function getFrom({ store }: Context, hash: string, mayWait: boolean): ReturnType<Store<Mode>['get']> {
  return mayWait && store.getAsync !== undefined ? store.getAsync(hash) : store.get(hash)
}

/** Reads an entry if there is one. Many stores return `null` for an absent entry. */
function readFound(context: Context, cacheKey: CacheKey, entry: Entry | undefined | null, reading: Reading) {
  return entry === undefined || entry === null ? ABSENT : readEntry(context, cacheKey, entry, reading)
}

/** How an entry that the store returned is read. */
export interface Reading extends Required<Omit<LookupOptions, 'maxAge' | 'flight'>>, Pick<LookupOptions, 'flight'> {
  readonly maxAge: number
  /** The check of an input may wait. */
  readonly isPatient: boolean
  /** The position in the order of changes of the memory tier before the store was read. */
  readonly mark: number | undefined
}

/**
 * Checks an entry, decodes it, verifies its inputs and unpickles its value.
 *
 * @throws HashCollisionError for an entry that was written under another key.
 */
export function readEntry(
  context: Context,
  cacheKey: CacheKey,
  entry: Entry,
  reading: Reading,
): LookupResult | PromiseLike<LookupResult> {
  if (!isEntry(entry) || entry.hash !== cacheKey.hash) {
    reportUnreadable(context, cacheKey, notTheEntry(context, cacheKey))
    return UNREADABLE
  }
  const freshness = checkFreshnessNow(context, entry, reading.maxAge)
  if (freshness.kind === 'miss') {
    if (freshness.reason === 'source') reportSourceChange(context, entry, 'miss')
    return { kind: 'miss', reason: freshness.reason, head: entry }
  }
  const { kind } = freshness
  if (isStoredAsIs(context, entry)) return readDecoded(context, cacheKey, entry, kind, reading)
  const read = (decoded: Entry | DecodingFailure): LookupResult | PromiseLike<LookupResult> => {
    if ('payload' in decoded) return readDecoded(context, cacheKey, decoded, kind, reading)
    if (decoded.reason === 'key') cacheKey.isUnderOtherKey = true
    reportUnreadable(context, cacheKey, decoded.error)
    return { kind: 'miss', reason: decoded.reason }
  }
  const decoded = decodeStored(context, entry, reading.mayWait)
  return isThenable(decoded) ? decoded.then(read) : read(decoded)
}

/** Verifies the inputs of an entry that may be served, and reads its value. */
function readDecoded(
  context: Context,
  cacheKey: CacheKey,
  entry: Entry,
  kind: Servable,
  { mark, mayCall, isPatient, flight }: Reading,
): LookupResult | PromiseLike<LookupResult> {
  // Checked only for an entry that would be served: an entry to be replaced may be of any key.
  if (context.ownHash && !wasWrittenUnder(context, cacheKey, entry)) return UNREADABLE
  if (entry.inputs === undefined && context.traceRoot === undefined)
    return readValue(context, cacheKey, entry, kind, { mark, isPatient })
  if (flight !== undefined) flight.compared = 'stored result'
  const changed = changeOf(context, entry, { mayCall, mayWait: isPatient })
  const next = (input: string | undefined) =>
    input === undefined
      ? readValue(context, cacheKey, entry, kind, { mark, isPatient })
      : ({ kind: 'miss', reason: 'input', changed: [input] } as const)
  return isThenable(changed) ? changed.then(next) : next(changed)
}

type Servable = Exclude<LookupResult['kind'], 'miss'>

/** Unpickles the value of an entry that may be served, and applies `validate`. */
function readValue(
  context: Context,
  cacheKey: CacheKey,
  entry: Entry,
  kind: Servable,
  { mark, isPatient }: Pick<Reading, 'mark' | 'isPatient'>,
): LookupResult | PromiseLike<LookupResult> {
  let value: unknown
  try {
    value = context.unpickle(entry.payload)
  } catch (error) {
    reportUnreadable(context, cacheKey, error)
    return UNREADABLE
  }
  const found = { kind, entry, value, mark } as LookupResult
  return context.validate === undefined ? found : validated(context, cacheKey, value, found, isPatient)
}

/** A custom store may return a wrong entry, for example if its `getMany` changes the order. */
function notTheEntry({ adapter, namespace }: Context, { hash }: CacheKey): StoreError {
  const facts = { store: adapter.name, operation: 'get', namespace, hash }
  return new StoreError(
    'ERR_PERSIST_STORE',
    `get failed in ${adapter.name}: the reply is not the entry of this hash`,
    facts,
  )
}

/** Reports an unreadable entry once per call, since the call looks it up again after it acquires the lease. */
export function reportUnreadable(context: Context, cacheKey: CacheKey, error: unknown): void {
  if (!cacheKey.reportedUnreadable) reportProblem(context, 'unpickle', cacheKey.hash, asError(error))
  cacheKey.reportedUnreadable = true
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
  if (checkFreshnessNow(context, head).kind !== 'fresh') return false
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

/** Whether an expired result may be served instead of an error now. The function may have taken long to fail. */
export function isStillServed(context: Context, { entry }: Found<'stale-if-error'>, maxAge: number): boolean {
  return checkFreshnessNow(context, entry, maxAge).kind !== 'miss'
}

/** The freshness of an entry by the rules and the clock of the persisted function. */
export function checkFreshnessNow(
  context: Context,
  head: Omit<Entry, 'payload'>,
  maxAge = Number.POSITIVE_INFINITY,
): Freshness {
  const rules = context.freshnessRules
  // A replay has no clock. Most entries never expire and need none.
  const isTimeless = context.mode === 'replay' || (head.expiresAt === undefined && maxAge === Number.POSITIVE_INFINITY)
  if (isTimeless) return otherVersionOrSource(head, rules) ?? FRESH
  return checkFreshness(head, { ...rules, now: context.runtime.now(), maxAge })
}

/** Applies `validate`: an entry that it refuses is a miss, and so is an entry for which it fails, or waits where it must not. */
function validated(
  context: Context,
  cacheKey: CacheKey,
  value: unknown,
  found: LookupResult,
  isPatient: boolean,
): LookupResult | PromiseLike<LookupResult> {
  const refused = (error: unknown) => {
    reportProblem(context, 'validate', cacheKey.hash, asError(error))
    return INVALID
  }
  try {
    const result = context.validate!(value)
    if (!isThenable(result)) return result.issues === undefined ? found : INVALID
    if (context.isAsync && isPatient)
      return result.then(({ issues }) => (issues === undefined ? found : INVALID)).then(undefined, refused)
    return refused(asyncValidateError(context, result))
  } catch (error) {
    return refused(error)
  }
}

function asyncValidateError({ isAsync }: Context, result: PromiseLike<unknown>): OptionError {
  result.then(undefined, () => {})
  const where = isAsync ? 'has, peek, lookup and explain over a sync store, which do not wait' : 'a sync function'
  return new OptionError(`validate returned a promise: for ${where}, it must return its result`, { option: 'validate' })
}
