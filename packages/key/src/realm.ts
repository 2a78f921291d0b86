const NATIVE = /^function (\w+)\(\) \{ \[native code\] \}$/

/**
 * The name of the built-in class that a prototype belongs to, in whichever realm. A name alone could be forged, and a
 * minifier changes it; the source text of native code cannot be written (ECMA-262, Function.prototype.toString), and the
 * `prototype` of a built-in constructor cannot be replaced.
 */
export function nativeName(proto: object): string | undefined {
  const built: unknown = Object.getOwnPropertyDescriptor(proto, 'constructor')?.value
  if (typeof built !== 'function' || built.prototype !== proto) return undefined
  return NATIVE.exec(Function.prototype.toString.call(built))?.[1]
}
