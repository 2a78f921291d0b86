// Firefox and Safari break the line.
const NATIVE = /^function (\w+)\(\) \{\s+\[native code\]\s+\}$/

/** The prototypes of this realm, by the names of their classes. */
const LOCAL = new Map<string, object>()

/** The results of {@link localPrototypeOf}. */
const results = new WeakMap<object, object>()

/** Registers a prototype of this realm, which then stands for that of the same built-in class in another realm. */
export function registerPrototype(name: string, prototype: object): void {
  LOCAL.set(name, prototype)
  results.set(prototype, prototype)
}

/**
 * The prototype of this realm for that of the same built-in class in another realm: a `node:vm` context, Jest's sandbox, or
 * Node itself as seen from there. Returns any other prototype as it is. Subclasses are refused in every realm.
 */
export function localPrototypeOf(prototype: object): object {
  const known = results.get(prototype)
  if (known !== undefined) return known
  const name = nativeName(prototype) ?? (isFakeDate(prototype) ? 'Date' : undefined)
  const named = name === undefined ? undefined : LOCAL.get(name)
  // A native addon may have a class named Object.
  const isOther = named === Object.prototype && Object.getPrototypeOf(prototype) !== null
  const local = isOther ? prototype : (named ?? prototype)
  results.set(prototype, local)
  return local
}

/**
 * The name of the built-in class that a prototype belongs to. A name alone could be forged. The source text of native code
 * cannot be forged (ECMA-262, Function.prototype.toString). JavaScriptCore prints bound functions in the same way, but they
 * have no prototype, and the prototype of a built-in class cannot be replaced.
 */
function nativeName(prototype: object): string | undefined {
  const built: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  if (typeof built !== 'function') return undefined
  const property = Object.getOwnPropertyDescriptor(built, 'prototype')
  if (property?.value !== prototype || property.writable !== false || property.configurable !== false) return undefined
  return NATIVE.exec(Function.prototype.toString.call(built))?.[1]
}

/**
 * Whether a prototype is that of the `Date` which fake timers put in place of the built-in one, in Jest, Vitest and sinon. Such
 * a class extends it, and adds nothing.
 */
function isFakeDate(prototype: object): boolean {
  const built: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  const isFake = typeof built === 'function' && Object.getOwnPropertyDescriptor(built, 'isFake')?.value === true
  return isFake && Reflect.ownKeys(prototype).length === 1 && isDatePrototype(Object.getPrototypeOf(prototype))
}

function isDatePrototype(prototype: unknown): boolean {
  return typeof prototype === 'object' && prototype !== null && nativeName(prototype) === 'Date'
}

/** Whether a date has no own property, but for the `constructor` that fake timers give to it: the class `Date`. */
export function isBareDate(date: object): boolean {
  const keys = Reflect.ownKeys(date)
  if (keys.length !== 1) return keys.length === 0
  const built: unknown = Object.getOwnPropertyDescriptor(date, 'constructor')?.value
  return typeof built === 'function' && isDatePrototype(built.prototype)
}

/** The built-in class, also if this module is loaded while fake timers are in use. */
export const RealDate: DateConstructor = isFakeDate(Date.prototype)
  ? Object.getPrototypeOf(Date.prototype).constructor
  : Date

for (const type of [Object, Array, Map, Set]) registerPrototype(type.name, type.prototype)
