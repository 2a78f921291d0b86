/**
 * Freezes a value with all its parts, if it consists of primitives, arrays and plain objects. Otherwise changes nothing and
 * returns `false`: `Object.freeze` does not keep a `Map`, a `Date` or bytes from being changed, and an instance of a class
 * may need to change itself.
 */
export function freezeDeeply(value: unknown): boolean {
  const parts = new Set<object>()
  const ahead = [value]
  while (ahead.length > 0) {
    const part = ahead.pop()
    if (typeof part === 'function') return false
    if (typeof part !== 'object' || part === null || parts.has(part)) continue
    if (!isPlain(part)) return false
    parts.add(part)
    for (const name of Reflect.ownKeys(part)) {
      const property = Object.getOwnPropertyDescriptor(part, name)!
      // A getter may return another value each time.
      if (property.get !== undefined || property.set !== undefined) return false
      ahead.push(property.value)
    }
  }
  for (const part of parts) Object.freeze(part)
  return true
}

function isPlain(part: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(part)
  return Array.isArray(part) ? prototype === Array.prototype : prototype === Object.prototype || prototype === null
}
