import { OptionError, StoreError } from '@persist/errors'
import type { Entry } from '@persist/store'
import type { Flight } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { CacheKey } from './cache-key.ts'
import { type DecodingFailure, decodeStored, isStoredAsIs } from './decode-stored.ts'
import { checkFreshnessNow, isHidden } from './freshness-now.ts'
import { ABSENT, type LookupResult } from './lookup-result.ts'
import { isEntry } from './replies.ts'
import { reportSourceChange } from './source-change.ts'
import { reportProblem } from './store-guard.ts'
import { changeOf } from './verify-inputs.ts'
import { wasWrittenUnder } from './written-under.ts'

const INVALID: LookupResult = { kind: 'miss', reason: 'invalid' }
const UNREADABLE: LookupResult = { kind: 'miss', reason: 'unreadable' }

/** How an entry that the store returned is read. */
export interface Reading {
  readonly maxAge: number
  readonly mayCall: boolean
  readonly mayWait: boolean
  readonly flight?: Flight | undefined
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
  if (isHidden(context, entry)) return ABSENT
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
  const changed = changeOf(context, entry, { mayCall, mayWait: isPatient, isUnsaved: flight?.isUnsaved === true })
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
