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

const plain = new WeakSet<object>([Object.prototype])
const arrays = new WeakSet<object>([Array.prototype])

/** Whether it is the `Object.prototype` of a realm. */
export function isObjectPrototype(proto: object): boolean {
  // The last test keeps out a class named Object of a native addon.
  return isOf('Object', proto, plain) && Object.getPrototypeOf(proto) === null
}

/** Whether it is the `Array.prototype` of a realm. */
export function isArrayPrototype(proto: object): boolean {
  return isOf('Array', proto, arrays)
}

function isOf(name: string, proto: object, known: WeakSet<object>): boolean {
  if (known.has(proto)) return true
  if (nativeName(proto) !== name) return false
  known.add(proto)
  return true
}
