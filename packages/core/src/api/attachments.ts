import type { AnyFunction } from '../types/functions.ts'

/** The methods that `reflect-metadata` and its substitutes add to `Reflect`. */
interface ReflectMetadata {
  getOwnMetadataKeys?(target: object): unknown[]
  getOwnMetadata?(key: unknown, target: object): unknown
  defineMetadata?(key: unknown, value: unknown, target: object): void
}

/** Properties of the function itself. Sloppy functions have own `arguments` and `caller`. */
const INTRINSIC = new Set<PropertyKey>(['length', 'name', 'prototype', 'arguments', 'caller'])

/**
 * Copies everything that is attached to a function to its replacement:
 *
 * - its `Reflect` metadata, of every key. Guards, routes and pipes of NestJS are such metadata, and a lost guard is a
 *   security hole. `Reflect` is read each time, because the polyfill may load later than this module;
 * - its own properties, enumerable or not, strings and symbols, with their descriptors: accessors stay accessors, frozen
 *   properties stay frozen;
 * - its prototype, which distinguishes an async function (`fn[Symbol.toStringTag]`) and may be a custom class.
 *
 * The replacement's own members (`cache`, `original`, `with`, …) are never overwritten. An attachment with such a name
 * remains on `original`.
 *
 * A registry that identifies functions by reference (a `WeakMap`) cannot be updated: it contains the original.
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
  copyMetadata(original, replacement)
}

function copyMetadata(original: AnyFunction, replacement: AnyFunction): void {
  const metadata = Reflect as ReflectMetadata
  if (typeof metadata.getOwnMetadataKeys !== 'function') return
  for (const key of metadata.getOwnMetadataKeys(original)) {
    metadata.defineMetadata?.(key, metadata.getOwnMetadata?.(key, original), replacement)
  }
}
