// Firefox and Safari break the line.
const NATIVE = /^function (\w+)\(\) \{\s+\[native code\]\s+\}$/

/**
 * The name of the built-in class that a prototype belongs to, in any realm. A name alone could be forged, and a minifier
 * changes it. The source text of native code cannot be forged (ECMA-262, Function.prototype.toString). JavaScriptCore prints
 * bound functions in the same way, but they have no `prototype`, and that of a built-in class cannot be replaced.
 */
export function nativeName(proto: object): string | undefined {
  const built: unknown = Object.getOwnPropertyDescriptor(proto, 'constructor')?.value
  if (typeof built !== 'function') return undefined
  const property = Object.getOwnPropertyDescriptor(built, 'prototype')
  if (property?.value !== proto || property.writable !== false || property.configurable !== false) return undefined
  return NATIVE.exec(Function.prototype.toString.call(built))?.[1]
}
