import type { TypeChecks } from '../platform.ts'

// A method or a getter that reads an internal slot accepts the objects that have it, of any realm, and throws for all
// others. A prototype cannot forge a slot.

function accepts(read: (this: never) => unknown, isAnswer: (answer: unknown) => boolean = () => true) {
  return (object: unknown): boolean => {
    try {
      return typeof object === 'object' && object !== null && isAnswer(read.call(object as never))
    } catch {
      return false
    }
  }
}

function getter(prototype: object, property: PropertyKey): (this: never) => unknown {
  return Object.getOwnPropertyDescriptor(prototype, property)!.get!
}

const objectString = Object.prototype.toString

/** For types without a method that reads their slot and changes nothing. A prototype can forge this. */
function isTagged(name: string) {
  return (object: unknown): boolean =>
    typeof object === 'object' && object !== null && objectString.call(object) === `[object ${name}]`
}

const someObject = {}
const typedArrayName = getter(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
const SharedBuffer = globalThis.SharedArrayBuffer as typeof SharedArrayBuffer | undefined

const isArrayBuffer = accepts(getter(ArrayBuffer.prototype, 'byteLength'))
// A page that is not isolated has no such class, but may have got such memory from WebAssembly.
const isSharedArrayBuffer = SharedBuffer
  ? accepts(getter(SharedBuffer.prototype, 'byteLength'))
  : isTagged('SharedArrayBuffer')
const isBigIntObject = accepts(BigInt.prototype.valueOf)
const isBooleanObject = accepts(Boolean.prototype.valueOf)
const isNumberObject = accepts(Number.prototype.valueOf)
const isStringObject = accepts(String.prototype.valueOf)
const isSymbolObject = accepts(Symbol.prototype.valueOf)

const checks: Record<Exclude<keyof TypeChecks, 'isExternal'>, (object: unknown) => boolean> = {
  isAnyArrayBuffer: (object) => isArrayBuffer(object) || isSharedArrayBuffer(object),
  // The tag of the object itself counts only where no property replaces it.
  isArgumentsObject: (object) => isUntagged(object) && objectString.call(object) === '[object Arguments]',
  isArrayBuffer,
  isBigIntObject,
  isBooleanObject,
  isBoxedPrimitive: (object) =>
    isNumberObject(object) ||
    isStringObject(object) ||
    isBooleanObject(object) ||
    isBigIntObject(object) ||
    isSymbolObject(object),
  isDataView: accepts(getter(DataView.prototype, 'buffer')),
  isDate: accepts(Date.prototype.getTime),
  isGeneratorObject: (object) => isTagged('Generator')(object) || isTagged('AsyncGenerator')(object),
  isMap: accepts(getter(Map.prototype, 'size')),
  isMapIterator: isTagged('Map Iterator'),
  isModuleNamespaceObject,
  isNativeError,
  isNumberObject,
  isPromise,
  isProxy: () => false,
  // `RegExp.prototype` is no RegExp, and answers with undefined.
  isRegExp: accepts(getter(RegExp.prototype, 'global'), (answer) => answer !== undefined),
  isSet: accepts(getter(Set.prototype, 'size')),
  isSetIterator: isTagged('Set Iterator'),
  isSharedArrayBuffer,
  isStringObject,
  isSymbolObject,
  isUint8Array: (object) => typedArrayName.call(object as never) === 'Uint8Array',
  isWeakMap: accepts(function (this: WeakMap<object, unknown>) {
    return WeakMap.prototype.has.call(this, someObject)
  }),
  isWeakSet: accepts(function (this: WeakSet<object>) {
    return WeakSet.prototype.has.call(this, someObject)
  }),
}

/** The checks of `node:util`, as far as the language can make them. */
export const types = checks as unknown as TypeChecks

function isUntagged(object: unknown): object is object {
  return typeof object === 'object' && object !== null && !(Symbol.toStringTag in object)
}

function isModuleNamespaceObject(object: unknown): boolean {
  if (typeof object !== 'object' || object === null || Object.getPrototypeOf(object) !== null) return false
  const tag = Object.getOwnPropertyDescriptor(object, Symbol.toStringTag)
  return tag?.value === 'Module' && tag.configurable === false && !Object.isExtensible(object)
}

function isNativeError(object: unknown): boolean {
  if (isUntagged(object)) return objectString.call(object) === '[object Error]'
  // ES2026. A DOMException is none for Node.
  const { isError } = Error as unknown as { isError?: (value: unknown) => boolean }
  return isError?.(object) === true && !isTagged('DOMException')(object)
}

/** `Promise.resolve` returns a promise as it is if its `constructor` is the class: here that of the object itself. */
function isPromise(object: unknown): boolean {
  if (typeof object !== 'object' || object === null) return false
  if (object instanceof Promise || isTagged('Promise')(object)) return true
  try {
    // Only in the disguise of a plain object, of any realm: another class would be called for other objects.
    const prototype = Object.getPrototypeOf(object)
    const isPlain = prototype !== null && Object.getPrototypeOf(prototype) === null
    return (
      isPlain && isNative(object.constructor) && Promise.resolve.call(object.constructor as never, object) === object
    )
  } catch {
    return false
  }
}

function isNative(value: unknown): boolean {
  return typeof value === 'function' && /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(value))
}
