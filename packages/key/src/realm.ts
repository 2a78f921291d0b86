const NATIVE = /^function (\w+)\(\) \{ \[native code\] \}$/

/**
 * The name of the built-in class that a prototype belongs to, in whichever realm. A name alone could be forged, and a
 * minifier changes it; the source text of native code cannot be written (ECMA-262, Function.prototype.toString), except that
 * JavaScriptCore prints bound functions alike. These have no `prototype`; that of a built-in class cannot be replaced.
 */
export function nativeName(proto: object): string | undefined {
  const built: unknown = Object.getOwnPropertyDescriptor(proto, 'constructor')?.value
  if (typeof built !== 'function') return undefined
  const property = Object.getOwnPropertyDescriptor(built, 'prototype')
  if (property?.value !== proto || property.writable !== false || property.configurable !== false) return undefined
  return NATIVE.exec(Function.prototype.toString.call(built))?.[1]
}
