import { HashCollisionError, OptionError } from '@persist/errors'
import { sha256 } from '@persist/hash'
import { canonical, canonicalArguments } from '@persist/key'
import type { Plan } from '../plan/plan.ts'

/** What identifies one call: made once, before the function can change its arguments. */
export class Identity {
  readonly key: unknown
  /** The canonical text of the key. */
  readonly text: string
  /** That its entry cannot be read has been told. */
  toldUnreadable = false
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
 * @throws KeyError for arguments without a stable identity. HashError for a hash that the store cannot take.
 */
export function identify(plan: Plan, self: unknown, args: readonly unknown[]): Identity {
  const key = plan.key(self, args)
  // The default key is made of an array that only this call has seen.
  return new Identity(plan, key, plan.ownKey ? canonical(key) : canonicalArguments(key as unknown[]))
}

/**
 * Whether the caller has changed its arguments since the identity was made, while the store was asked. What the function
 * would bring now belongs to another key.
 */
export function hasStrayed(plan: Plan, self: unknown, args: readonly unknown[], identity: Identity): boolean {
  if (!plan.isAsync || !(plan.isMethod || args.some(isChangeable))) return false
  return identify(plan, self, args).text !== identity.text
}

function isChangeable(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null
}

/** The identity of a key, as `f.cache` takes them. */
export function identifyKey(plan: Plan, key: unknown): Identity {
  return new Identity(plan, key, canonical(key))
}

/** What an entry under a hash of the user's own carries, to tell it from another key's. */
export function digestOf(identity: Identity): string {
  return sha256(identity.text)
}

/** `unhash(hash(key))` has to be `key`, or iteration would lie. */
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
    throw new OptionError(`hash must return a text, not ${typeof hash} (${plan.namespace})`, { option: 'hash' })
  }
  plan.adapter.checkHash?.(hash)
  return hash
}
