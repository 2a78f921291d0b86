import { HashCollisionError, OptionError, StoreError } from '@persist/errors'
import { canonical } from '@persist/key'
import type { Entry } from '@persist/store'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Held } from '../state/memory-tier.ts'
import type { MissReason } from '../types/events.ts'
import { type CacheKey, digestOf } from './cache-key.ts'
import { checkFreshness, FRESH, type Freshness, otherVersionOrSource } from './freshness.ts'
import { isEntry } from './replies.ts'
import { reportSourceChange } from './source-change.ts'
import { callStore, reportProblem } from './store-guard.ts'

/** What the store had for a call. */
export type LookupResult =
  | { readonly kind: 'miss'; readonly reason: MissReason }
  | Found<'fresh'>
  | Found<'stale'>
  | Found<'stale-if-error'>

/** An entry that may be served, with its value. */
export interface Found<Kind extends 'fresh' | 'stale' | 'stale-if-error'> {
  readonly kind: Kind
  readonly entry: Entry
  readonly value: unknown
}

/** In place of a look, for a call that is to compute whatever is stored. */
export const REFRESH: LookupResult = { kind: 'miss', reason: 'refresh' }
/** In place of a look, where it is known that there is nothing. */
export const ABSENT: LookupResult = { kind: 'miss', reason: 'absent' }
const INVALID: LookupResult = { kind: 'miss', reason: 'invalid' }
const UNREADABLE: LookupResult = { kind: 'miss', reason: 'unreadable' }

/** Looks an entry up and judges it: at once over a synchronous store. Not a generator: every hit comes this way. */
export function lookupEntry(
  context: Context,
  cacheKey: CacheKey,
  maxAge = Number.POSITIVE_INFINITY,
): LookupResult | PromiseLike<LookupResult> {
  const { hash } = cacheKey
  const entry = callStore(context, 'get', hash, () => context.store.get(hash), undefined)
  if (isThenable(entry)) return entry.then((found) => readFound(context, cacheKey, found, maxAge))
  return readFound(context, cacheKey, entry, maxAge)
}

/** Many stores say `null` for what they have not. */
function readFound(context: Context, cacheKey: CacheKey, entry: Entry | undefined | null, maxAge: number) {
  return entry === undefined || entry === null ? ABSENT : readEntry(context, cacheKey, entry, maxAge)
}

/**
 * Judges an entry and reads its value.
 *
 * @throws HashCollisionError for an entry that was written under another key.
 */
export function readEntry(
  context: Context,
  cacheKey: CacheKey,
  entry: Entry,
  maxAge: number,
): LookupResult | PromiseLike<LookupResult> {
  if (!isEntry(entry) || entry.hash !== cacheKey.hash) {
    reportUnreadable(context, cacheKey, notTheEntry(context, cacheKey))
    return UNREADABLE
  }
  const freshness = checkFreshnessNow(context, entry, maxAge)
  if (freshness.kind === 'miss') {
    if (freshness.reason === 'source') reportSourceChange(context, entry, 'miss')
    return { kind: 'miss', reason: freshness.reason }
  }
  // Only of an entry that would be served: one that is about to be replaced may be of any key.
  if (context.ownHash && !wasWrittenUnder(context, cacheKey, entry)) return UNREADABLE
  let value: unknown
  try {
    value = context.unpickle(entry.payload)
  } catch (error) {
    reportUnreadable(context, cacheKey, error)
    return UNREADABLE
  }
  const found = { kind: freshness.kind, entry, value } as LookupResult
  return context.validate === undefined ? found : validated(context, cacheKey, value, found)
}

/** A store of one's own may reply with anything, as with the entries of `getMany` in another order. */
function notTheEntry({ adapter, namespace }: Context, { hash }: CacheKey): StoreError {
  const facts = { store: adapter.name, operation: 'get', namespace, hash }
  return new StoreError(
    'ERR_PERSIST_STORE',
    `get failed in ${adapter.name}: the reply is not the entry of this hash`,
    facts,
  )
}

/** Reports once a call that an entry cannot be read: the call looks again when it has its turn. */
export function reportUnreadable(context: Context, cacheKey: CacheKey, error: unknown): void {
  if (!cacheKey.reportedUnreadable) reportProblem(context, 'unpickle', cacheKey.hash, asError(error))
  cacheKey.reportedUnreadable = true
}

/** What this process holds in memory for a call, and may serve. While the store is out of reach it is trusted longer. */
export function lookupInMemory(context: Context, cacheKey: CacheKey, maxAge: number): Held | undefined {
  const held = context.memory?.get(cacheKey.canonicalKey, context.circuit)
  return held !== undefined && checkFreshnessNow(context, held.entry, maxAge).kind === 'fresh' ? held : undefined
}

/** The verdict on an entry by the plan's own terms and clock. */
export function checkFreshnessNow(
  context: Context,
  head: Omit<Entry, 'payload'>,
  maxAge = Number.POSITIVE_INFINITY,
): Freshness {
  const terms = context.freshnessRules
  // A replay has no clock; and most entries, those that never expire, need none.
  const isTimeless = context.mode === 'replay' || (head.expiresAt === undefined && maxAge === Number.POSITIVE_INFINITY)
  if (isTimeless) return otherVersionOrSource(head, terms) ?? FRESH
  return checkFreshness(head, { ...terms, now: context.runtime.now(), maxAge })
}

/** An entry without a digest is of unknown origin, and no better than none, unless the store has such from others. */
function wasWrittenUnder(context: Context, cacheKey: CacheKey, entry: Entry): boolean {
  if (entry.keyDigest === undefined)
    return context.adapter.supports.foreign === true && belongsTo(context, cacheKey, entry)
  if (entry.keyDigest === digestOf(cacheKey)) return true
  throw collision(context, cacheKey, storedKeyOf(context, entry))
}

/** Other programs keep no digest: the stored key tells, where they have stored it. */
function belongsTo(context: Context, cacheKey: CacheKey, entry: Entry): boolean {
  if (entry.key === undefined) return true
  let storedKey: unknown
  try {
    storedKey = context.unpickle(entry.key)
    if (canonical(storedKey) === cacheKey.canonicalKey) return true
  } catch {
    return false
  }
  throw collision(context, cacheKey, storedKey)
}

function collision(context: Context, cacheKey: CacheKey, storedKey: unknown): HashCollisionError {
  return new HashCollisionError(
    `two keys of ${context.namespace} share the hash ${JSON.stringify(cacheKey.hash)}: make the hash option injective`,
    {
      namespace: context.namespace,
      hash: cacheKey.hash,
      key: cacheKey.key,
      ...(storedKey !== undefined && { storedKey }),
    },
  )
}

function storedKeyOf(context: Context, entry: Entry): unknown {
  try {
    return entry.key === undefined ? context.unhash?.(entry.hash) : context.unpickle(entry.key)
  } catch {
    // The collision is the news; an unreadable stored key only leaves it with less detail.
    return undefined
  }
}

/** An entry that no longer fits is a miss; so is one of which `validate` does not tell. */
function validated(
  context: Context,
  cacheKey: CacheKey,
  value: unknown,
  found: LookupResult,
): LookupResult | PromiseLike<LookupResult> {
  const refused = (error: unknown) => {
    reportProblem(context, 'validate', cacheKey.hash, asError(error))
    return INVALID
  }
  try {
    const result = context.validate!(value)
    if (!isThenable(result)) return result.issues === undefined ? found : INVALID
    if (context.isAsync)
      return result.then(({ issues }) => (issues === undefined ? found : INVALID)).then(undefined, refused)
    return refused(asynchronousValidate(result))
  } catch (error) {
    return refused(error)
  }
}

function asynchronousValidate(result: PromiseLike<unknown>): OptionError {
  result.then(undefined, () => {})
  return new OptionError('validate answered with a promise, for which a synchronous function cannot wait', {
    option: 'validate',
  })
}
