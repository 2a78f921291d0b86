import { types } from 'node:util'
import { OptionError, PickleError } from '@persist/errors'
import type { Entry } from '@persist/store'
import type { Context } from '../context.ts'
import { requireSync } from '../runtime/answered.ts'
import { asError } from '../runtime/as-error.ts'
import { isChangeable } from '../runtime/changeable.ts'
import type { ArgumentSnapshot } from './arguments.ts'
import { type CacheKey, digestOf } from './cache-key.ts'
import { reportProblem } from './store-guard.ts'

/** The last time that a `Date` can hold, in milliseconds since 1970. */
const LAST_DATE = 8.64e15

/** What a computation brought, to be made into an entry. */
export interface ComputedResult {
  readonly value: unknown
  readonly given: ArgumentSnapshot
  readonly durationMs?: number
  readonly promised: boolean
  /** The pickled key, made before the function could change it. */
  readonly pickledKey: string | undefined
}

/**
 * The entry for an outcome; `undefined` if it is not to be kept, or cannot be: what the user's `pickle`, `ttl`, `tags` or
 * `shouldStore` throws is reported and never costs the caller the result.
 */
export function createEntry(context: Context, cacheKey: CacheKey, outcome: ComputedResult): Entry | undefined {
  try {
    return make(context, cacheKey, outcome)
  } catch (error) {
    reportProblem(context, 'pickle', cacheKey.hash, asError(error))
    if (context.throwsStoreErrors) throw error
    return undefined
  }
}

/**
 * Makes the stored form of a key that its owner may change, before anything is waited for. A key that cannot be pickled fails
 * only where it is to be stored.
 */
export function pickleKeyEarly(context: Context, cacheKey: CacheKey): void {
  if (!context.storekey || cacheKey.pickledKey !== undefined) return
  const { key } = cacheKey
  const isFixed = !isChangeable(key) || (!context.ownKey && !(key as unknown[]).some(isChangeable))
  if (isFixed) return
  try {
    cacheKey.pickledKey = pickleKey(context, cacheKey)
  } catch {}
}

/** The stored form of a key, where keys are stored. */
export function pickleKey(context: Context, cacheKey: CacheKey): string | undefined {
  if (!context.storekey) return undefined
  if (cacheKey.pickledKey !== undefined) return cacheKey.pickledKey
  const text = context.pickle(cacheKey.key)
  if (typeof text !== 'string' || text.includes('\n')) {
    throw new PickleError('a stored key must be one line of text: give pickle and unpickle that write such', '$')
  }
  return text
}

function make(context: Context, cacheKey: CacheKey, { value, given, ...outcome }: ComputedResult): Entry | undefined {
  const { args } = given
  if (context.looksAtArguments && !given.areUnchanged()) return skip(context, cacheKey, 'arguments-changed')
  if (!isToBeStored(context, value, args)) return skip(context, cacheKey, 'shouldStore')
  const payload = context.unstorable.guard(cacheKey.canonicalKey, value, () => payloadOf(context, value))
  const createdAt = context.runtime.now()
  const ttl = requireSync('ttl', context.ttl?.(value, args)) ?? Number.POSITIVE_INFINITY
  if (ttl <= 0) return skip(context, cacheKey, 'ttl')
  const metadata = metadataOf(context, cacheKey)
  const tags = tagsOf(context, value, args)
  return {
    hash: cacheKey.hash,
    payload,
    createdAt,
    ...(outcome.pickledKey !== undefined && { key: outcome.pickledKey }),
    ...(context.ownHash && { keyDigest: digestOf(cacheKey) }),
    ...(metadata !== undefined && { metadata }),
    ...(context.version !== undefined && { version: context.version }),
    source: context.source,
    ...(tags !== undefined && tags.length > 0 && { tags }),
    ...(ttl !== Number.POSITIVE_INFINITY && expiry(context, createdAt, ttl)),
    ...(outcome.durationMs !== undefined && { durationMs: outcome.durationMs }),
    ...(outcome.promised && { promised: true }),
  }
}

function skip(context: Context, { hash }: CacheKey, reason: 'arguments-changed' | 'shouldStore' | 'ttl'): undefined {
  context.reporter.report('skip', { hash, reason })
  return undefined
}

function isToBeStored(context: Context, value: unknown, args: readonly unknown[]): boolean {
  if (context.shouldStore === undefined) return true
  const answer = requireSync('shouldStore', context.shouldStore(value, args))
  if (typeof answer === 'boolean') return answer
  throw wrongAnswer('shouldStore', 'true or false', answer)
}

function payloadOf(context: Context, value: unknown): string | Uint8Array {
  const payload: unknown = context.pickle(value)
  if (typeof payload === 'string' || types.isUint8Array(payload)) return payload
  requireSync('pickle', payload)
  throw new PickleError(`pickle must return a string or a Uint8Array, not ${typeof payload}`, '$')
}

/** A note beside the result, which is stored without it rather than not at all. */
function metadataOf(context: Context, { hash }: CacheKey): string | undefined {
  if (context.metadata === undefined) return undefined
  try {
    const metadata: unknown = requireSync('metadata', context.metadata())
    if (metadata === undefined || typeof metadata === 'string') return metadata
    throw wrongAnswer('metadata', 'a string', metadata)
  } catch (error) {
    reportProblem(context, 'metadata', hash, asError(error))
    return undefined
  }
}

function tagsOf(context: Context, value: unknown, args: readonly unknown[]): string[] | undefined {
  const tags: unknown = requireSync('tags', context.tags?.(value, args))
  if (tags === undefined) return undefined
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return [...tags]
  throw wrongAnswer('tags', 'an array of strings', tags)
}

function expiry(context: Context, createdAt: number, ttl: number): Pick<Entry, 'expiresAt' | 'staleUntil'> {
  const window = Math.max(context.staleWhileRevalidate, context.staleIfError)
  const expiresAt = createdAt + ttl
  return { expiresAt, ...(window > 0 && { staleUntil: Math.min(expiresAt + window, LAST_DATE) }) }
}

function wrongAnswer(option: string, expected: string, answer: unknown): OptionError {
  return new OptionError(`${option} must return ${expected}, not ${describe(answer)}`, { option })
}

function describe(answer: unknown): string {
  return answer === null ? 'null' : typeof answer
}
