import { KeyError } from '@persist/errors'
import { sha256 } from '@persist/hash'
import { positional } from '@persist/key'
import { withoutSignal } from '../concurrency/abort-signals.ts'
import type { Context } from '../context.ts'
import type { AnyFunction } from '../types/functions.ts'
import type { AnyOptions } from '../types/options.ts'

/** What decides how the key of a call is made. */
interface KeyTerms {
  readonly namespace: string
  readonly isMethod: boolean
  /** The function reads `this`. */
  readonly usesThis: () => boolean
  /** The user's own. */
  readonly key: AnyOptions['key']
}

/** Makes the key of a call: by the option `key`, else of the arguments, without a signal among them. */
export function keyFunction(original: AnyFunction, { namespace, isMethod, usesThis, key }: KeyTerms): Context['key'] {
  if (key !== undefined) {
    return isMethod
      ? (self, args) => key(self, ...withoutSignal(args, true))
      : (self, args) => key.apply(self, [...withoutSignal(args, true)])
  }
  const dropUndefined = positional(original)
  const positionalKey = (args: readonly unknown[]) => dropUndefined(withoutSignal(args))
  // Only a function that reads `this` can depend on it; being called as a method means nothing by itself.
  if (isMethod || !usesThis()) return (_self, args) => positionalKey(args)
  return (self, args) => {
    if (self === undefined || self === null || self === globalThis) return positionalKey(args)
    throw new KeyError(`${namespace} uses this, which the default key does not know: give it the option key`, 'this')
  }
}

/** SHA-256 of the canonical key, base64url. */
export function defaultHash(_key: unknown, canonicalKey: string): string {
  return sha256(canonicalKey)
}
