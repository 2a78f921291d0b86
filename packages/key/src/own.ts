import { inspect, types } from 'node:util'

// Nothing that can be read may be missing from a text. These functions find properties beside the regular ones.

/**
 * Beyond this length, a list of own keys (one string for each element) costs more than asking Node's inspector, which
 * lists the properties beside the elements without looking at those.
 */
const SHORT = 32
const LISTABLE = 1_000_000

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

/** Whether an array with `present` elements (the others are holes) has no own property but these and its length. */
export function hasOnlyElements(array: readonly unknown[], present: number): boolean {
  const { length } = array
  if (length > SHORT && !types.isProxy(array)) {
    // Should another Node print another text, the keys decide.
    if (inspect(array, BESIDE_ELEMENTS) === `[ ... ${length} more items, [length]: ${length} ]`) return true
  }
  return Reflect.ownKeys(array).length === present + 1
}

/** Whether a typed array of this length has no own property but its elements. `twin` makes a new one over the same bytes. */
export function hasOnlyBytes(view: NodeJS.TypedArray, length: number, twin: () => NodeJS.TypedArray): boolean {
  if (length > SHORT && inspect(view, BESIDE_ELEMENTS) === inspect(twin(), BESIDE_ELEMENTS)) return true
  // A list of many millions of keys would take all memory: then say no, which is an error and not a wrong text.
  return length <= LISTABLE && Reflect.ownKeys(view).length === length
}

/** Whether an object that looks like `{}` has the insides of something else, whose prototype was taken away. */
export function hasInsides(object: object): boolean {
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
