/**
 * Under this symbol, the prototype of each class holds its name. A process may load this package twice: as an ES module and
 * as CommonJS, in two versions, or once more by a loader such as tsx. The name tells that two classes are one class.
 */
const BRAND: unique symbol = Symbol.for('@persist/errors/class') as never

/** Names a class of this package, for its instances and for {@link isInstance}. Written out: a minifier renames classes. */
export function brand(prototype: Error, name: string): void {
  // Where the built-in errors have it: an own property of each error would travel into pickles and logs.
  prototype.name = name
  Object.defineProperty(prototype, BRAND, { value: name })
}

const isOrdinaryInstance = Function.prototype[Symbol.hasInstance]

/** Whether a value is an instance of a class, or of the same class of another copy of this package. */
export function isInstance(value: unknown, type: object): boolean {
  if (isOrdinaryInstance.call(type as never, value)) return true
  // A user's subclass has no brand of its own, and so takes its own instances only.
  const name = ownBrand(ownValue(type, 'prototype'))
  if (name === undefined || typeof value !== 'object' || value === null) return false
  for (let link = Object.getPrototypeOf(value); link !== null; link = Object.getPrototypeOf(link)) {
    if (ownBrand(link) === name) return true
  }
  return false
}

function ownBrand(prototype: unknown): unknown {
  return prototype ? ownValue(prototype as object, BRAND) : undefined
}

/** Of the object itself: a bound class would inherit the prototype of another. */
function ownValue(object: object, key: PropertyKey): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value
}
