import { PickleError } from '@persist/errors'
import type { Entry } from '@persist/store'
import type { Plan } from '../plan/plan.ts'
import { tellProblem } from '../telling/trouble.ts'
import { digestOf, type Identity } from './identity.ts'
import { asError } from './recall.ts'

/** What a computation brought, to be made into an entry. */
export interface Outcome {
  readonly value: unknown
  readonly args: readonly unknown[]
  readonly durationMs?: number
  readonly promised: boolean
  /** The pickled key, made before the function could change it. */
  readonly pickledKey: string | undefined
}

/**
 * The entry for an outcome; `undefined` if it is not to be kept, or cannot be: what the user's `pickle`, `ttl`, `tags`,
 * `metadata` or `shouldStore` throws is reported and never costs the caller the result.
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

/** The stored form of a key, where keys are stored. */
export function pickleKey(plan: Plan, identity: Identity): string | undefined {
  if (!plan.storekey) return undefined
  const text = plan.pickle(identity.key)
  if (typeof text !== 'string' || text.includes('\n')) {
    throw new PickleError('a stored key must be one line of text: give pickle and unpickle that write such', '$')
  }
  return text
}

function make(plan: Plan, identity: Identity, outcome: Outcome): Entry | undefined {
  const { value, args } = outcome
  if (plan.shouldStore !== undefined && !plan.shouldStore(value, args)) {
    plan.reporter.tell('skip', { hash: identity.hash, reason: 'shouldStore' })
    return undefined
  }
  const payload = plan.pickle(value)
  if (typeof payload !== 'string' && !(payload instanceof Uint8Array)) {
    throw new PickleError(`pickle must return a text or a Uint8Array, not ${typeof payload}`, '$')
  }
  const createdAt = plan.surroundings.now()
  const expiresAt = expiry(plan, createdAt, value, args)
  if (expiresAt !== undefined && expiresAt <= createdAt) {
    plan.reporter.tell('skip', { hash: identity.hash, reason: 'shouldStore' })
    return undefined
  }
  const metadata = plan.metadata?.()
  if (metadata !== undefined && typeof metadata !== 'string') throw new TypeError('metadata must return a text')
  const tags = plan.tags?.(value, args)
  return {
    hash: identity.hash,
    payload,
    createdAt,
    ...(outcome.pickledKey !== undefined && { key: outcome.pickledKey }),
    ...(plan.ownHash && { keyDigest: digestOf(identity) }),
    ...(metadata !== undefined && { metadata }),
    ...(plan.version !== undefined && { version: plan.version }),
    ...(plan.source !== undefined && { source: plan.source }),
    ...(tags !== undefined && tags.length > 0 && { tags: [...tags] }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(outcome.durationMs !== undefined && { durationMs: outcome.durationMs }),
    ...(outcome.promised && { promised: true }),
  }
}

function expiry(plan: Plan, createdAt: number, value: unknown, args: readonly unknown[]): number | undefined {
  const ttl = plan.ttl?.(value, args)
  return ttl === undefined || ttl === Number.POSITIVE_INFINITY ? undefined : createdAt + ttl
}

/** How many bytes a payload takes as text in UTF-8 or as it is. */
export function byteLength(payload: string | Uint8Array): number {
  return typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength
}
