import { inspect } from 'node:util'

const WITHOUT_ELEMENTS = {
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

// Node's inspector lists the other properties without a look at the elements. Another version of Node may print it
// differently: then these two see nothing.

export function showsOnlyElements(array: readonly unknown[]): boolean {
  const { length } = array
  return inspect(array, WITHOUT_ELEMENTS) === `[ ... ${length} more items, [length]: ${length} ]`
}

export function showsSameProperties(view: object, twin: () => object): boolean {
  return inspect(view, WITHOUT_ELEMENTS) === inspect(twin(), WITHOUT_ELEMENTS)
}
