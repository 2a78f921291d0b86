/**
 * The prototype of each class holds its name under this symbol. A process may load this package twice: as an ES module and
 * as CommonJS, in two versions, or once more by a loader such as tsx. Classes with the same name count as the same class.
 */
const BRAND: unique symbol = Symbol.for('@persist/errors/class') as never

/**
 * Names a class of this package, for its instances and for {@link isInstance}. The name is an argument because a minifier
 * renames classes.
 */
export function brand(prototype: Error, name: string): void {
  // As in the built-in errors. An own property of each error would get into pickles and logs. Not an assignment, which fails
  // if a program has frozen `Error.prototype`.
  Object.defineProperty(prototype, 'name', { value: name, writable: true, configurable: true })
  // Node prints it before the message of an uncaught error, if it is not the name of the error.
  Object.defineProperty(prototype.constructor, 'name', { value: name })
  Object.defineProperty(prototype, BRAND, { value: name })
}

const isOrdinaryInstance = Function.prototype[Symbol.hasInstance]

/** Whether a value is an instance of a class, or of the same class in another copy of this package. */
export function isInstance(value: unknown, type: object): boolean {
  if (isOrdinaryInstance.call(type as never, value)) return true
  // A user's subclass has no brand, so it accepts only its own instances.
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

/** Reads an own property: a bound class would inherit the prototype of another class. */
function ownValue(object: object, key: PropertyKey): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value
}
