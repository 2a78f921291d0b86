import type { AnyFunction } from '../types/functions.ts'

/** What `reflect-metadata` and its substitutes add to `Reflect`. */
interface ReflectMetadata {
  getOwnMetadataKeys?(target: object): unknown[]
  getOwnMetadata?(key: unknown, target: object): unknown
  defineMetadata?(key: unknown, value: unknown, target: object): void
}

/** Properties that describe the function itself. Sloppy functions have `arguments` and `caller` as their own. */
const INTRINSIC = new Set<PropertyKey>(['length', 'name', 'prototype', 'arguments', 'caller'])

/**
 * Gives a function that stands for another everything that is attached to the other:
 *
 * - its `Reflect` metadata, of every key. Guards, routes and pipes of NestJS are such metadata, and a guard that gets
 *   lost is a hole. `Reflect` is asked each time, because the polyfill may be loaded later than this module;
 * - its own properties, enumerable or not, strings and symbols, with their descriptors as they are: accessors stay
 *   accessors, what was frozen stays frozen;
 * - its prototype, which tells an async function from others (`fn[Symbol.toStringTag]`) and may be a class of its own.
 *
 * What the replacement has already wins: the members of a persisted function (`cache`, `original`, `with`, …) are never
 * overwritten. An attachment of such a name is still on `original`.
 *
 * A registry that knows functions by identity (a `WeakMap`) cannot be told: it knows the original.
 */
export function carryAttachments(original: AnyFunction, replacement: AnyFunction): void {
  for (const key of Reflect.ownKeys(original)) {
    if (INTRINSIC.has(key) || Object.hasOwn(replacement, key)) continue
    Object.defineProperty(replacement, key, Object.getOwnPropertyDescriptor(original, key)!)
  }
  const prototype = Object.getPrototypeOf(original)
  if (prototype !== null && prototype !== Object.getPrototypeOf(replacement)) {
    Object.setPrototypeOf(replacement, prototype)
  }
  carryMetadata(original, replacement)
}

function carryMetadata(original: AnyFunction, replacement: AnyFunction): void {
  const metadata = Reflect as ReflectMetadata
  if (typeof metadata.getOwnMetadataKeys !== 'function') return
  for (const key of metadata.getOwnMetadataKeys(original)) {
    metadata.defineMetadata?.(key, metadata.getOwnMetadata?.(key, original), replacement)
  }
}
