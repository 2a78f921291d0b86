import { types } from 'node:util'
import { OptionError, PickleError } from '@persist/errors'
import type { Entry } from '@persist/store'
import type { Plan } from '../context.ts'
import { answered } from '../runtime/answered.ts'
import { asError } from '../runtime/as-error.ts'
import { isChangeable } from '../runtime/changeable.ts'
import type { Given } from './arguments.ts'
import { digestOf, type Identity } from './cache-key.ts'
import { tellProblem } from './store-guard.ts'

/** The last time that a `Date` can hold, in milliseconds since 1970. */
const LAST_DATE = 8.64e15

/** What a computation brought, to be made into an entry. */
export interface Outcome {
  readonly value: unknown
  readonly given: Given
  readonly durationMs?: number
  readonly promised: boolean
  /** The pickled key, made before the function could change it. */
  readonly pickledKey: string | undefined
}

/**
 * The entry for an outcome; `undefined` if it is not to be kept, or cannot be: what the user's `pickle`, `ttl`, `tags` or
 * `shouldStore` throws is reported and never costs the caller the result.
 */
export function record(plan: Plan, identity: Identity, outcome: Outcome): Entry | undefined {
  try {
    return make(plan, identity, outcome)
  } catch (error) {
    tellProblem(plan, 'pickle', identity.hash, asError(error))
    if (plan.throwsStoreErrors) throw error
    return undefined
  }
}

/**
 * Makes the stored form of a key that its owner may change, before anything is waited for. A key that cannot be pickled fails
 * only where it is to be stored.
 */
export function holdKey(plan: Plan, identity: Identity): void {
  if (!plan.storekey || identity.pickledKey !== undefined) return
  const { key } = identity
  const isFixed = !isChangeable(key) || (!plan.ownKey && !(key as unknown[]).some(isChangeable))
  if (isFixed) return
  try {
    identity.pickledKey = pickleKey(plan, identity)
  } catch {}
}

/** The stored form of a key, where keys are stored. */
export function pickleKey(plan: Plan, identity: Identity): string | undefined {
  if (!plan.storekey) return undefined
  if (identity.pickledKey !== undefined) return identity.pickledKey
  const text = plan.pickle(identity.key)
  if (typeof text !== 'string' || text.includes('\n')) {
    throw new PickleError('a stored key must be one line of text: give pickle and unpickle that write such', '$')
  }
  return text
}

function make(plan: Plan, identity: Identity, { value, given, ...outcome }: Outcome): Entry | undefined {
  const { args } = given
  if (plan.looksAtArguments && !given.areSame()) return skip(plan, identity, 'strayed')
  if (!isToBeStored(plan, value, args)) return skip(plan, identity, 'shouldStore')
  const payload = plan.unstorable.guard(identity.text, value, () => payloadOf(plan, value))
  const createdAt = plan.surroundings.now()
  const ttl = answered('ttl', plan.ttl?.(value, args)) ?? Number.POSITIVE_INFINITY
  if (ttl <= 0) return skip(plan, identity, 'shouldStore')
  const metadata = metadataOf(plan, identity)
  const tags = tagsOf(plan, value, args)
  return {
    hash: identity.hash,
    payload,
    createdAt,
    ...(outcome.pickledKey !== undefined && { key: outcome.pickledKey }),
    ...(plan.ownHash && { keyDigest: digestOf(identity) }),
    ...(metadata !== undefined && { metadata }),
    ...(plan.version !== undefined && { version: plan.version }),
    source: plan.source,
    ...(tags !== undefined && tags.length > 0 && { tags }),
    ...(ttl !== Number.POSITIVE_INFINITY && expiry(plan, createdAt, ttl)),
    ...(outcome.durationMs !== undefined && { durationMs: outcome.durationMs }),
    ...(outcome.promised && { promised: true }),
  }
}

function skip(plan: Plan, { hash }: Identity, reason: 'strayed' | 'shouldStore'): undefined {
  plan.reporter.tell('skip', { hash, reason })
  return undefined
}

function isToBeStored(plan: Plan, value: unknown, args: readonly unknown[]): boolean {
  if (plan.shouldStore === undefined) return true
  const answer = answered('shouldStore', plan.shouldStore(value, args))
  if (typeof answer === 'boolean') return answer
  throw wrongAnswer('shouldStore', 'true or false', answer)
}

function payloadOf(plan: Plan, value: unknown): string | Uint8Array {
  const payload: unknown = plan.pickle(value)
  if (typeof payload === 'string' || types.isUint8Array(payload)) return payload
  answered('pickle', payload)
  throw new PickleError(`pickle must return a string or a Uint8Array, not ${typeof payload}`, '$')
}

/** A note beside the result, which is stored without it rather than not at all. */
function metadataOf(plan: Plan, { hash }: Identity): string | undefined {
  if (plan.metadata === undefined) return undefined
  try {
    const metadata: unknown = answered('metadata', plan.metadata())
    if (metadata === undefined || typeof metadata === 'string') return metadata
    throw wrongAnswer('metadata', 'a string', metadata)
  } catch (error) {
    tellProblem(plan, 'metadata', hash, asError(error))
    return undefined
  }
}

function tagsOf(plan: Plan, value: unknown, args: readonly unknown[]): string[] | undefined {
  const tags: unknown = answered('tags', plan.tags?.(value, args))
  if (tags === undefined) return undefined
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return [...tags]
  throw wrongAnswer('tags', 'an array of strings', tags)
}

function expiry(plan: Plan, createdAt: number, ttl: number): Pick<Entry, 'expiresAt' | 'staleUntil'> {
  const window = Math.max(plan.staleWhileRevalidate, plan.staleIfError)
  const expiresAt = createdAt + ttl
  return { expiresAt, ...(window > 0 && { staleUntil: Math.min(expiresAt + window, LAST_DATE) }) }
}

function wrongAnswer(option: string, expected: string, answer: unknown): OptionError {
  return new OptionError(`${option} must return ${expected}, not ${describe(answer)}`, { option })
}

function describe(answer: unknown): string {
  return answer === null ? 'null' : typeof answer
}
