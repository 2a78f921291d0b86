import { KeyError } from '@persist/errors'
import { sha256 } from '@persist/hash'
import { positional } from '@persist/key'
import { withoutSignal } from '../concurrency/abort-signals.ts'
import type { Context } from '../context.ts'
import { readsThis } from '../source/reads-this.ts'
import { isNative, lacksSource } from '../source/source-text.ts'
import type { AnyFunction } from '../types/functions.ts'
import type { AnyOptions } from '../types/options.ts'

/** The facts and options that determine the key of a call. */
interface KeyOptions {
  readonly namespace: string
  readonly isMethod: boolean
  /** The option `key` of the user. */
  readonly key: AnyOptions['key']
}

/** Returns the function that makes the key of a call: from the option `key`, or else from the arguments without a signal. */
export function keyFunction(original: AnyFunction, { namespace, isMethod, key }: KeyOptions): Context['key'] {
  if (key !== undefined) {
    return isMethod
      ? (self, args) => key(self, ...withoutSignal(args, true))
      : (self, args) => key.apply(self, [...withoutSignal(args, true)])
  }
  const dropUndefined = positional(original)
  const positionalKey = (args: readonly unknown[]) => dropUndefined(withoutSignal(args))
  // A function that does not read `this` cannot depend on it, even if it is called as a method.
  if (isMethod || !readsThis(original)) return (_self, args) => positionalKey(args)
  const uses = lacksSource(original) ? 'has no source, so it may use this' : 'uses this'
  // A native method reads the internals of its class. A native function may be in a namespace, as `Math.max` is.
  const isIgnored = isNative(original) ? isPlain : () => false
  return (self, args) => {
    if (self === undefined || self === null || self === globalThis || isIgnored(self)) return positionalKey(args)
    throw new KeyError(`${namespace} ${uses}, which the default key does not include: set the option key`, 'this')
  }
}

function isPlain(self: unknown): boolean {
  const proto: unknown = Object.getPrototypeOf(self)
  return proto === null || proto === Object.prototype
}

/** SHA-256 of the canonical key, base64url. */
export function defaultHash(_key: unknown, canonicalKey: string): string {
  return sha256(canonicalKey)
}
