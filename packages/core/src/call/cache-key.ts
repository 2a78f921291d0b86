import { HashCollisionError, KeyError, OptionError } from '@persist/errors'
import { sha256 } from '@persist/hash'
import { canonical, canonicalArguments } from '@persist/key'
import type { Context } from '../context.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { isThenable } from '../runtime/thenable.ts'

/** What identifies one call: made once, before the function can change its arguments. */
export class CacheKey {
  readonly key: unknown
  /** The canonical text of the key. */
  readonly canonicalKey: string
  /** An entry that cannot be read has been reported. */
  reportedUnreadable = false
  /** The stored form of the key, where it was made before something was waited for. */
  pickledKey: string | undefined
  readonly #context: Context
  #hash: string | undefined

  constructor(context: Context, key: unknown, canonicalKey: string) {
    this.#context = context
    this.key = key
    this.canonicalKey = canonicalKey
    if (context.ownHash) this.#hash = requireHash(context, context.hash(key, this.canonicalKey))
  }

  /** Made when first asked for: a hit in memory needs none. */
  get hash(): string {
    this.#hash ??= this.#context.hash(this.key, this.canonicalKey)
    return this.#hash
  }
}

/**
 * The identity of a call.
 *
 * @throws KeyError for arguments without a stable identity, and for a `key` option that gives none. HashError for a hash
 * that the store cannot take.
 */
export function cacheKeyOf(context: Context, self: unknown, args: readonly unknown[]): CacheKey {
  const key = context.key(self, args)
  // The default key is made of an array that only this call has seen.
  if (!context.ownKey) return new CacheKey(context, key, canonicalArguments(key as unknown[]))
  return cacheKeyOfKey(context, key)
}

/** The identity of a key, as `f.cache` takes them. */
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
 * Whether what the key is made of has changed since. Then the function would bring the result of another key. Asked
 * whenever other code may have run between the key and the function: a caller that reuses an object, a method whose
 * `self` changed, outside state that an own `key` reads.
 */
export function argumentsChanged(
  context: Context,
  self: unknown,
  args: readonly unknown[],
  cacheKey: CacheKey,
): boolean {
  if (!context.ownKey && !args.some(isChangeable)) return false
  try {
    return cacheKeyOf(context, self, args).canonicalKey !== cacheKey.canonicalKey
  } catch {
    // What cannot be a key any more has changed.
    return true
  }
}

/** What an entry under a hash of the user's own carries, to tell it from another key's. */
export function digestOf(cacheKey: CacheKey): string {
  return sha256(cacheKey.canonicalKey)
}

/** `unhash(hash(key))` has to be `key`, or iteration would give wrong keys. */
export function checkUnhash(context: Context, cacheKey: CacheKey): void {
  if (context.unhash === undefined) return
  const back = context.unhash(cacheKey.hash)
  if (canonical(back) !== cacheKey.canonicalKey) {
    throw new HashCollisionError(
      `unhash(${JSON.stringify(cacheKey.hash)}) does not give back the key that hash was given (${context.namespace})`,
      { namespace: context.namespace, hash: cacheKey.hash, key: cacheKey.key, storedKey: back },
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
