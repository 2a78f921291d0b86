import { recognizesProxies, showsOnlyElements, showsSameProperties, types } from '@persist/platform'

/**
 * Beyond this length, listing the own keys (one string for each element) costs more than Node's inspector, which lists the
 * other properties without a look at the elements.
 */
export const SHORT = 32

/** Whether an array has an element at each index, and no other own property but its length. */
export function isDense(array: readonly unknown[]): boolean {
  const { length } = array
  // Where the platform cannot see it, the keys decide.
  if (length > SHORT && showsOnlyElements(array)) return hasNoHoles(array)
  const keys = Reflect.ownKeys(array)
  // Indices come first, then `length`.
  return keys.length === length + 1 && keys[length] === 'length'
}

/** Stops at the first hole, so an array of four billion holes costs nothing. */
function hasNoHoles(array: readonly unknown[]): boolean {
  for (let index = 0; index < array.length; index++) if (!(index in array)) return false
  return true
}

/** Whether a typed array has no property besides its elements. `clean` makes a new one over the same bytes. */
export function hasOnlyBytes(view: Exclude<NodeJS.ArrayBufferView, DataView>, clean: () => object): boolean {
  const { length } = view
  if (length > SHORT && showsSameProperties(view, clean)) return true
  return Reflect.ownKeys(view).length === length
}

/** Whether all properties of a plain object are data properties with a primitive value: reading needs no copy then. */
export function isFlat(object: object, names: readonly string[]): boolean {
  if (!recognizesProxies || types.isProxy(object)) return false
  for (const name of names) {
    const property = Object.getOwnPropertyDescriptor(object, name)
    if (property?.enumerable !== true || !('value' in property)) return false
    const { value } = property
    // These may be replaced by something else, other primitives never.
    if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return false
    if (typeof value === 'object' && value !== null) return false
  }
  return true
}

/** Whether JSON brings a number back: finite, and not -0. */
export function isJsonNumber(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0)
}

/** Whether JSON brings a value back that is no object. */
export function isPlainPrimitive(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    value === null ||
    (typeof value === 'number' && isJsonNumber(value))
  )
}

/** Sets an own property, also one named `__proto__`. */
export function setOwn(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
}

const INDEX = /^(?:0|[1-9]\d{0,9})$/

/** Whether a property name is an element of an array. */
export function isIndex(key: string): boolean {
  return INDEX.test(key) && Number(key) < 2 ** 32 - 1
}

/** Whether an object that looks like `{}` has the internal slots of another type. */
export function hasInternalSlots(object: object): boolean {
  return (
    ArrayBuffer.isView(object) ||
    types.isAnyArrayBuffer(object) ||
    types.isMap(object) ||
    types.isSet(object) ||
    types.isPromise(object) ||
    types.isWeakMap(object) ||
    types.isWeakSet(object) ||
    types.isMapIterator(object) ||
    types.isSetIterator(object) ||
    types.isGeneratorObject(object) ||
    // Deno has no such function.
    types.isExternal?.(object)
  )
}
