// Firefox and Safari break the line.
const NATIVE = /^function (\w+)\(\) \{\s+\[native code\]\s+\}$/

/**
 * The name of the built-in class that a prototype belongs to, in any realm. A name alone could be forged, and a minifier
 * changes it. The source text of native code cannot be forged (ECMA-262, Function.prototype.toString). JavaScriptCore prints
 * bound functions in the same way, but they have no `prototype`, and that of a built-in class cannot be replaced.
 */
function nativeName(proto: object): string | undefined {
  const built: unknown = Object.getOwnPropertyDescriptor(proto, 'constructor')?.value
  if (typeof built !== 'function') return undefined
  const property = Object.getOwnPropertyDescriptor(built, 'prototype')
  if (property?.value !== proto || property.writable !== false || property.configurable !== false) return undefined
  return NATIVE.exec(Function.prototype.toString.call(built))?.[1]
}

/** The name of the built-in class whose instances an object with this prototype is one of, in any realm. See {@link nativeName}. */
export function builtInName(prototype: object): string | undefined {
  return nativeName(prototype) ?? (isFakeDate(prototype) ? 'Date' : undefined)
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
