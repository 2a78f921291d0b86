import { HashCollisionError, KeyError, OptionError } from '@persist/errors'
import { sha256 } from '@persist/hash'
import { canonical, canonicalArguments } from '@persist/key'
import type { Context } from '../context.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Observation } from '../trace/observation.ts'
import { takeKeyReads, tracing } from '../trace/tracing.ts'

/** The identity of one call: created once, before the function can change its arguments. */
export class CacheKey {
  readonly key: unknown
  /** The canonical string of the key. */
  readonly canonicalKey: string
  /** An unreadable entry has been reported. */
  reportedUnreadable = false
  /** What the identities of arguments have read, as that of a file. */
  reads: readonly Observation[] | undefined
  /** The entry is encrypted under a key that this process does not have, so it must not be overwritten. */
  isUnderOtherKey = false
  /** The greatest age of a result that the call accepts, in milliseconds: part of the traces of functions that make it. */
  maxAge = Number.POSITIVE_INFINITY
  /** The stored form of the key, if it was made before the call had to wait. */
  pickledKey: string | undefined
  readonly #context: Context
  #hash: string | undefined

  constructor(context: Context, key: unknown, canonicalKey: string) {
    this.#context = context
    this.key = key
    this.canonicalKey = canonicalKey
    if (context.ownHash) this.#hash = requireHash(context, context.hash(key, this.canonicalKey))
  }

  /** Computed on first use: a hit in memory needs no hash. */
  get hash(): string {
    this.#hash ??= this.#context.hash(this.key, this.canonicalKey)
    return this.#hash
  }
}

/**
 * The identity of a call.
 *
 * @throws KeyError for arguments without a stable identity, or if the option `key` returns `undefined`. HashError for a hash
 * that the store does not accept.
 */
export function cacheKeyOf(context: Context, self: unknown, args: readonly unknown[]): CacheKey {
  // Of a key whose parts make this call to have an identity.
  const readsAround = takeKeyReads()
  const key = context.key(self, args)
  // No other code holds the array of the default key.
  const cacheKey = context.ownKey
    ? cacheKeyOfKey(context, key)
    : new CacheKey(context, key, canonicalArguments(key as unknown[]))
  cacheKey.reads = takeKeyReads()
  tracing.keyReads = readsAround
  return cacheKey
}

/** The identity of a key, as `f.cache` takes it. */
export function cacheKeyOfKey(context: Context, key: unknown): CacheKey {
  if (isThenable(key)) key.then(undefined, () => {})
  if (key === undefined && context.ownKey) {
    throw new KeyError(
      `the key of a call of ${context.namespace} is undefined, so all such calls would share one entry: the option key must return what identifies the call`,
      '$',
    )
  }
  return new CacheKey(context, key, canonical(key))
}

/**
 * Whether the key of the call has changed since it was made, so that the function would compute the result of another key.
 * Checked whenever other code may have run between the key and the function: the caller may reuse an object, the `self`
 * of a method may change, and so may outside state that the option `key` reads.
 */
export function argumentsChanged(
  context: Context,
  self: unknown,
  args: readonly unknown[],
  cacheKey: Pick<CacheKey, 'canonicalKey'>,
): boolean {
  if (!context.ownKey && !args.some(isChangeable)) return false
  try {
    return cacheKeyOf(context, self, args).canonicalKey !== cacheKey.canonicalKey
  } catch {
    // Arguments that no longer have a key have changed.
    return true
  }
}

/** The digest that distinguishes the entries of two keys with one hash, which the option `hash` may return. */
export function digestOf(cacheKey: CacheKey): string {
  return sha256(cacheKey.canonicalKey)
}

/** Checks that `unhash(hash(key))` is `key`: otherwise iteration would yield wrong keys. */
export function checkUnhash(context: Context, cacheKey: CacheKey): void {
  if (context.unhash === undefined) return
  const unhashed = context.unhash(cacheKey.hash)
  if (canonical(unhashed) !== cacheKey.canonicalKey) {
    throw new HashCollisionError(
      `unhash(${JSON.stringify(cacheKey.hash)}) must return the key that hash received (${context.namespace})`,
      { namespace: context.namespace, hash: cacheKey.hash, key: cacheKey.key, storedKey: unhashed },
    )
  }
}

function requireHash(context: Context, hash: unknown): string {
  if (typeof hash !== 'string') {
    if (isThenable(hash)) hash.then(undefined, () => {})
    throw new OptionError(`hash must return a string, not ${typeof hash} (${context.namespace})`, { option: 'hash' })
  }
  context.adapter.checkHash?.(hash)
  return hash
}
