const NATIVE = /^function (\w+)\(\) \{ \[native code\] \}$/

/** The prototypes of this realm that stand for those of the same name in another realm. */
const OURS = new Map<string, object>()

/** The prototype of this realm, for each prototype that was asked about. Itself, where there is none. */
const homes = new WeakMap<object, object>()

/** Names a prototype of this realm, so that values of the same built-in class of another realm are taken for its values. */
export function makeHome(name: string, prototype: object): void {
  OURS.set(name, prototype)
  homes.set(prototype, prototype)
}

/**
 * The prototype of this realm that a prototype of another realm stands for: a `node:vm` context, Jest's sandbox, or Node
 * itself seen from there. Any other prototype is its own answer. A subclass is refused in every realm alike.
 */
export function homeOf(prototype: object): object {
  const known = homes.get(prototype)
  if (known !== undefined) return known
  const name = nativeName(prototype)
  const ours = name === undefined ? undefined : OURS.get(name)
  // A native addon may have a class of that name.
  const home = ours === Object.prototype && Object.getPrototypeOf(prototype) !== null ? prototype : (ours ?? prototype)
  homes.set(prototype, home)
  return home
}

/**
 * The name of the built-in class that a prototype belongs to. A name alone could be forged. The source text of native code
 * cannot be written (ECMA-262, Function.prototype.toString), except that JavaScriptCore prints bound functions alike; but
 * these have no prototype, and the one of a built-in class cannot be replaced.
 */
function nativeName(prototype: object): string | undefined {
  const built: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  if (typeof built !== 'function') return undefined
  const property = Object.getOwnPropertyDescriptor(built, 'prototype')
  if (property?.value !== prototype || property.writable !== false || property.configurable !== false) return undefined
  return NATIVE.exec(Function.prototype.toString.call(built))?.[1]
}

for (const type of [Object, Array, Map, Set]) makeHome(type.name, type.prototype)
