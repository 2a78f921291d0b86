import { inspect, types } from 'node:util'

/**
 * Beyond this length, a list of own keys (one string for each element) costs more than asking Node's inspector, which
 * lists the properties beside the elements without looking at those.
 */
export const SHORT = 32

const BESIDE_ELEMENTS = {
  breakLength: Number.POSITIVE_INFINITY,
  colors: false,
  compact: 3,
  customInspect: false,
  depth: 0,
  getters: false,
  maxArrayLength: 0,
  maxStringLength: 0,
  numericSeparator: false,
  showHidden: true,
  showProxy: false,
  sorted: false,
} as const

/** Whether an array has an element at each index, and no own property beside them but its length. */
export function isDense(array: readonly unknown[]): boolean {
  const { length } = array
  if (length > SHORT && listsNothingBeside(array)) return hasNoHoles(array)
  const keys = Reflect.ownKeys(array)
  // Indices come first, then `length`.
  return keys.length === length + 1 && keys[length] === 'length'
}

function listsNothingBeside(array: readonly unknown[]): boolean {
  // Another Node may print another text: then the keys decide.
  return inspect(array, BESIDE_ELEMENTS) === `[ ... ${array.length} more items, [length]: ${array.length} ]`
}

/** Stops at the first, so that an empty array of four billion costs nothing. */
function hasNoHoles(array: readonly unknown[]): boolean {
  for (let index = 0; index < array.length; index++) if (!(index in array)) return false
  return true
}

/** Whether a typed array has no property beside its elements; `clean` makes another over the same bytes. */
export function hasOnlyBytes(view: Exclude<NodeJS.ArrayBufferView, DataView>, clean: () => object): boolean {
  const { length } = view
  if (length > SHORT && inspect(view, BESIDE_ELEMENTS) === inspect(clean(), BESIDE_ELEMENTS)) return true
  return Reflect.ownKeys(view).length === length
}

/** Whether all properties of a plain object are simple ones that hold a primitive: it needs no copy to be stable. */
export function isFlat(object: object, names: readonly string[]): boolean {
  if (types.isProxy(object)) return false
  for (const name of names) {
    const property = Object.getOwnPropertyDescriptor(object, name)
    if (property?.enumerable !== true || !('value' in property)) return false
    const { value } = property
    // All others stand for themselves; these may be replaced.
    if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return false
    if (typeof value === 'object' && value !== null) return false
  }
  return true
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

/** Whether an object without keys, by its prototype a plain one, has the insides of something else. */
export function hasInsides(object: object): boolean {
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
