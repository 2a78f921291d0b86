import { OptionError, PickleError } from '@persist/errors'
import { types } from '@persist/platform'
import type { Entry } from '@persist/store'
import { keyPartsOf } from '@persist/store/kit'
import { type Flight, runInFlight } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { requireSync } from '../runtime/require-sync.ts'
import type { ArgumentSnapshot } from './arguments.ts'
import { type CacheKey, digestOf } from './cache-key.ts'
import { reportProblem } from './store-guard.ts'

/** The last time that a `Date` can represent, in milliseconds since 1970. */
const LAST_DATE = 8.64e15

/** The result of a computation, from which an entry is created. */
export interface ComputedResult {
  readonly value: unknown
  readonly snapshot: ArgumentSnapshot
  readonly durationMs?: number
  readonly promised: boolean
  /** The pickled key, made before the function could change it. */
  readonly pickledKey: string | undefined
  /** What a stream read, with `trace`. */
  readonly inputs?: readonly string[] | undefined
  /** The run whose inputs are being recorded: a getter of the result may read one. */
  readonly tracedRun?: Flight | undefined
}

/** The option of the user that is running while an entry is created. */
interface Step {
  option: 'shouldStore' | 'pickle' | 'ttl' | 'tags'
}

/**
 * Creates the entry of a result; `undefined` if the result should not or cannot be stored. Errors of the user's `pickle`,
 * `ttl`, `tags` and `shouldStore` are reported; the caller still gets the result, unless `onStoreError` is `'throw'`.
 */
export function createEntry(context: Context, cacheKey: CacheKey, result: ComputedResult): Entry | undefined {
  const step: Step = { option: 'shouldStore' }
  try {
    return entryOf(context, cacheKey, result, step)
  } catch (error) {
    reportProblem(context, step.option, cacheKey.hash, asError(error))
    if (context.throwsStoreErrors) throw error
    return undefined
  }
}

/**
 * Pickles a mutable key before the call waits, since its owner may change it meanwhile. A key that cannot be pickled fails
 * later, when the entry is stored.
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

/** The stored form of the key, if keys are stored. */
export function pickleKey(context: Context, cacheKey: CacheKey): string | undefined {
  if (!context.storekey) return undefined
  if (cacheKey.pickledKey !== undefined) return cacheKey.pickledKey
  const pickled = orAdvise(() => context.pickleKey(cacheKey.key))
  if (typeof pickled !== 'string' || pickled.includes('\n')) {
    throw new PickleError('a stored key must be a string of one line: use a pickle and unpickle that produce one', '$')
  }
  return pickled
}

/** The advice of a pickle is about results. */
function orAdvise<T>(pickle: () => T): T {
  try {
    return pickle()
  } catch (error) {
    if (!(error instanceof PickleError)) throw error
    const reason = error.message.replace(` (at ${error.path})`, '')
    const advice = 'leave out storekey, or give a key without this part'
    throw new PickleError(`the option storekey cannot store this key: ${advice}. ${reason}`, error.path, {
      cause: error,
    })
  }
}

function entryOf(
  context: Context,
  cacheKey: CacheKey,
  { value, snapshot, tracedRun, ...result }: ComputedResult,
  step: Step,
): Entry | undefined {
  const { args } = snapshot
  if (context.looksAtArguments && !snapshot.areUnchanged()) return skip(context, cacheKey, 'arguments-changed')
  if (!passesShouldStore(context, value, args)) return skip(context, cacheKey, 'shouldStore')
  step.option = 'pickle'
  const pickle = () => payloadOf(context, value)
  const pickleInRun = tracedRun === undefined ? pickle : () => runInFlight(tracedRun, pickle)
  const payload = context.unstorable.guard(cacheKey.canonicalKey, value, pickleInRun)
  const createdAt = context.runtime.now()
  step.option = 'ttl'
  const ttl = requireSync('ttl', context.ttl?.(value, args)) ?? Number.POSITIVE_INFINITY
  if (ttl <= 0) return skip(context, cacheKey, 'ttl')
  const metadata = metadataOf(context, cacheKey)
  step.option = 'tags'
  const tags = tagsOf(context, value, args)
  // A stored key shows more. A hash of one's own, and encryption, may exist to hide the key.
  const hidesKey = context.ownHash || context.codecs.keys !== undefined
  const keyParts = context.storekey || hidesKey ? undefined : keyPartsOf(cacheKey.canonicalKey)
  return {
    hash: cacheKey.hash,
    payload,
    createdAt,
    ...(result.pickledKey !== undefined && { key: result.pickledKey }),
    ...(context.ownHash && { keyDigest: digestOf(cacheKey) }),
    ...(metadata !== undefined && { metadata }),
    ...(context.version !== undefined && { version: context.version }),
    source: context.source,
    ...(keyParts !== undefined && { keyParts }),
    ...(tags !== undefined && tags.length > 0 && { tags }),
    ...(ttl !== Number.POSITIVE_INFINITY && expiry(context, createdAt, ttl)),
    ...(result.durationMs !== undefined && { durationMs: result.durationMs }),
    ...(result.promised && { promised: true }),
    ...(result.inputs !== undefined && { inputs: result.inputs }),
  }
}

function skip(context: Context, { hash }: CacheKey, reason: 'arguments-changed' | 'shouldStore' | 'ttl'): undefined {
  context.reporter.report('skip', { hash, reason })
  return undefined
}

function passesShouldStore(context: Context, value: unknown, args: readonly unknown[]): boolean {
  if (context.shouldStore === undefined) return true
  const isWanted = requireSync('shouldStore', context.shouldStore(value, args))
  if (typeof isWanted === 'boolean') return isWanted
  throw wrongReturn('shouldStore', 'true or false', isWanted)
}

function payloadOf(context: Context, value: unknown): string | Uint8Array {
  const payload: unknown = context.pickle(value)
  if (typeof payload === 'string' || types.isUint8Array(payload)) return payload
  requireSync('pickle', payload)
  throw new PickleError(`pickle must return a string or a Uint8Array, not ${typeof payload}`, '$')
}

/** The metadata of the entry. If the option fails, the entry is stored without. */
function metadataOf(context: Context, { hash }: CacheKey): string | undefined {
  if (context.metadata === undefined) return undefined
  try {
    const metadata: unknown = requireSync('metadata', context.metadata())
    if (metadata === undefined || typeof metadata === 'string') return metadata
    throw wrongReturn('metadata', 'a string', metadata)
  } catch (error) {
    reportProblem(context, 'metadata', hash, asError(error))
    return undefined
  }
}

function tagsOf(context: Context, value: unknown, args: readonly unknown[]): string[] | undefined {
  const tags: unknown = requireSync('tags', context.tags?.(value, args))
  if (tags === undefined) return undefined
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return [...tags]
  throw wrongReturn('tags', 'an array of strings', tags)
}

function expiry(context: Context, createdAt: number, ttl: number): Pick<Entry, 'expiresAt' | 'staleUntil'> {
  const window = Math.max(context.staleWhileRevalidate, context.staleIfError)
  const expiresAt = createdAt + ttl
  return { expiresAt, ...(window > 0 && { staleUntil: Math.min(expiresAt + window, LAST_DATE) }) }
}

function wrongReturn(option: string, expected: string, returned: unknown): OptionError {
  return new OptionError(`${option} must return ${expected}, not ${typeName(returned)}`, { option })
}

function typeName(value: unknown): string {
  return value === null ? 'null' : typeof value
}
