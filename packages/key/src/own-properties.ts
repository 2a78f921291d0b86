import { showsOnlyElements, showsSameProperties, types } from '@persist/platform'

// A canonical string must contain everything that can be read. These functions find additional properties.

/**
 * Beyond this length, listing the own keys (one string for each element) costs more than Node's inspector, which lists the
 * other properties without a look at the elements.
 */
const SHORT = 32
const LISTABLE = 1_000_000

/** Whether an array with `present` elements (the others are holes) has no other own property but its length. */
export function hasOnlyElements(array: readonly unknown[], present: number): boolean {
  const { length } = array
  // Where the platform cannot see it, the keys decide.
  if (length > SHORT && !types.isProxy(array) && showsOnlyElements(array)) return true
  return Reflect.ownKeys(array).length === present + 1
}

/** Whether a typed array of this length has only its elements. `twin` makes a new one over the same bytes. */
export function hasOnlyBytes(view: NodeJS.TypedArray, length: number, twin: () => NodeJS.TypedArray): boolean {
  if (length > SHORT && showsSameProperties(view, twin)) return true
  // A list of many millions of keys would take all memory. `false` means an error, never a wrong string.
  return length <= LISTABLE && Reflect.ownKeys(view).length === length
}

/** Whether an object that looks like `{}` has the internal slots of another class, with another prototype. */
export function hasInternalSlots(object: object): boolean {
  return (
    types.isDate(object) ||
    types.isMap(object) ||
    types.isSet(object) ||
    types.isBoxedPrimitive(object) ||
    types.isAnyArrayBuffer(object) ||
    types.isDataView(object) ||
    types.isPromise(object) ||
    types.isWeakMap(object) ||
    types.isWeakSet(object) ||
    types.isMapIterator(object) ||
    types.isSetIterator(object) ||
    types.isGeneratorObject(object) ||
    types.isNativeError(object) ||
    // Deno has no such function.
    types.isExternal?.(object)
  )
}
