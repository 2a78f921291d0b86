import { HashCollisionError, KeyError, OptionError } from '@persist/errors'
import { sha256 } from '@persist/hash'
import { canonical, canonicalArguments } from '@persist/key'
import type { Plan } from '../context.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { isThenable } from '../runtime/thenable.ts'

/** What identifies one call: made once, before the function can change its arguments. */
export class Identity {
  readonly key: unknown
  /** The canonical text of the key. */
  readonly text: string
  /** An entry that cannot be read has been reported. */
  toldUnreadable = false
  /** The stored form of the key, where it was made before something was waited for. */
  pickledKey: string | undefined
  readonly #plan: Plan
  #hash: string | undefined

  constructor(plan: Plan, key: unknown, text: string) {
    this.#plan = plan
    this.key = key
    this.text = text
    if (plan.ownHash) this.#hash = checkedHash(plan, plan.hash(key, this.text))
  }

  /** Made when first asked for: a hit in memory needs none. */
  get hash(): string {
    this.#hash ??= this.#plan.hash(this.key, this.text)
    return this.#hash
  }
}

/**
 * The identity of a call.
 *
 * @throws KeyError for arguments without a stable identity, and for a `key` option that gives none. HashError for a hash
 * that the store cannot take.
 */
export function identify(plan: Plan, self: unknown, args: readonly unknown[]): Identity {
  const key = plan.key(self, args)
  // The default key is made of an array that only this call has seen.
  if (!plan.ownKey) return new Identity(plan, key, canonicalArguments(key as unknown[]))
  return identifyKey(plan, key)
}

/** The identity of a key, as `f.cache` takes them. */
export function identifyKey(plan: Plan, key: unknown): Identity {
  if (isThenable(key)) key.then(undefined, () => {})
  if (key === undefined && plan.ownKey) {
    throw new KeyError(
      `the key of a call of ${plan.namespace} is undefined, so all such calls would share one entry: the option key must return what identifies the call`,
      '$',
    )
  }
  return new Identity(plan, key, canonical(key))
}

/**
 * Whether what the key is made of has changed since. Then the function would bring the result of another key. Asked
 * whenever other code may have run between the key and the function: a caller that reuses an object, a method whose
 * `self` changed, outside state that an own `key` reads.
 */
export function hasStrayed(plan: Plan, self: unknown, args: readonly unknown[], identity: Identity): boolean {
  if (!plan.ownKey && !args.some(isChangeable)) return false
  try {
    return identify(plan, self, args).text !== identity.text
  } catch {
    // What cannot be a key any more has changed.
    return true
  }
}

/** What an entry under a hash of the user's own carries, to tell it from another key's. */
export function digestOf(identity: Identity): string {
  return sha256(identity.text)
}

/** `unhash(hash(key))` has to be `key`, or iteration would give wrong keys. */
export function checkUnhash(plan: Plan, identity: Identity): void {
  if (plan.unhash === undefined) return
  const back = plan.unhash(identity.hash)
  if (canonical(back) !== identity.text) {
    throw new HashCollisionError(
      `unhash(${JSON.stringify(identity.hash)}) does not give back the key that hash was given (${plan.namespace})`,
      { namespace: plan.namespace, hash: identity.hash, key: identity.key, storedKey: back },
    )
  }
}

function checkedHash(plan: Plan, hash: unknown): string {
  if (typeof hash !== 'string') {
    if (isThenable(hash)) hash.then(undefined, () => {})
    throw new OptionError(`hash must return a string, not ${typeof hash} (${plan.namespace})`, { option: 'hash' })
  }
  plan.adapter.checkHash?.(hash)
  return hash
}
