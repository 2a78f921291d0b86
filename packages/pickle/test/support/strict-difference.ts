/**
 * Finds the first observable difference of two values: `-0`, NaN, holes, prototypes, property attributes, the order of keys
 * and of the members of Maps and Sets, bytes, and shared objects. The stack of an error does not count. Returns `undefined`
 * if there is no difference.
 */
export function strictDifference(a: unknown, b: unknown): string | undefined {
  const partners = new Map<object, object>()
  const taken = new Set<object>()

  function compare(a: unknown, b: unknown, path: string): string | undefined {
    if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
      return Object.is(a, b) ? undefined : `${path}: ${String(a)} is not ${String(b)}`
    }
    if (partners.has(a)) return partners.get(a) === b ? undefined : `${path}: not the same object as before`
    if (taken.has(b)) return `${path}: the same object as before`
    partners.set(a, b)
    taken.add(b)
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return `${path}: another prototype`
    if (Array.isArray(a) !== Array.isArray(b)) return `${path}: one is an array`
    return inside(a, b, path) ?? own(a, b, path)
  }

  function inside(a: object, b: object, path: string): string | undefined {
    if (a instanceof Map) return sequence([...a].flat(), [...(b as Map<unknown, unknown>)].flat(), `${path}(map)`)
    if (a instanceof Set) return sequence([...a], [...(b as Set<unknown>)], `${path}(set)`)
    const [left, right] = [slots(a), slots(b)]
    return left === right ? undefined : `${path}: ${left} is not ${right}`
  }

  function sequence(a: readonly unknown[], b: readonly unknown[], path: string): string | undefined {
    if (a.length !== b.length) return `${path}: ${a.length} parts, not ${b.length}`
    for (let index = 0; index < a.length; index++) {
      const difference = compare(a[index], b[index], `${path}[${index}]`)
      if (difference !== undefined) return difference
    }
    return undefined
  }

  function own(a: object, b: object, path: string): string | undefined {
    const [keys, others] = [ownKeys(a), ownKeys(b)]
    if (keys.length !== others.length || keys.some((key, index) => key !== others[index]))
      return `${path}: has ${keys.map(String)}, not ${others.map(String)}`
    for (const key of keys) {
      const [left, right] = [Object.getOwnPropertyDescriptor(a, key)!, Object.getOwnPropertyDescriptor(b, key)!]
      for (const attribute of ['get', 'set', 'enumerable', 'writable', 'configurable'] as const) {
        if (left[attribute] !== right[attribute]) return `${path}.${String(key)}: another ${attribute}`
      }
      const difference = compare(left.value, right.value, `${path}.${String(key)}`)
      if (difference !== undefined) return difference
    }
    return undefined
  }

  return compare(a, b, '$')
}

/** The internal slots of a built-in object, as a string. */
function slots(value: object): string {
  if (value instanceof Date) return `Date ${value.getTime()}`
  if (value instanceof RegExp) return `RegExp ${value}`
  if (value instanceof URL) return `URL ${value.href}`
  if (value instanceof URLSearchParams) return `URLSearchParams ${value}`
  if (value instanceof ArrayBuffer) return `ArrayBuffer ${Buffer.from(value).toString('hex')}`
  if (ArrayBuffer.isView(value))
    return `bytes ${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return `boxed ${value}`
  return ''
}

/** Properties that Bun adds beside the stack. */
const POSITION = /^(originalLine|originalColumn|line|column|sourceURL)$/

function ownKeys(value: object): PropertyKey[] {
  if (ArrayBuffer.isView(value)) return Reflect.ownKeys(value).filter((key) => !/^\d+$/.test(String(key)))
  if (!(value instanceof Error)) return Reflect.ownKeys(value)
  // An error is made with its message, cause and errors; which of those and of its other properties came first is lost.
  const listed = (key: PropertyKey) => Object.prototype.propertyIsEnumerable.call(value, key)
  const keys = Reflect.ownKeys(value).filter((key) => key !== 'stack' && (listed(key) || !POSITION.test(String(key))))
  return [...keys.filter((key) => !listed(key)), ...keys.filter(listed)]
}
