import { RealDate, types } from '@persist/platform'
import { localPrototypeOf } from './realm.ts'

/** What to store instead of an object of a common class, by the name of the class. */
const INSTEAD: Readonly<Record<string, string>> = {
  AbortSignal: 'store its reason, or nothing',
  Blob: 'store new Uint8Array(await blob.arrayBuffer())',
  DOMException: 'store its name and message',
  File: 'store its name and new Uint8Array(await file.arrayBuffer())',
  FormData: 'store [...formData]',
  Headers: 'store [...headers]',
  ReadableStream: 'read it, and store what was read',
  Request: 'store its url, method and body',
  Response: 'store await response.json(), or text(), or new Uint8Array(await response.arrayBuffer())',
  SharedArrayBuffer: 'store a copy of its bytes',
  WeakMap: 'store what it refers to',
  WeakRef: 'store what it refers to',
  WeakSet: 'store what it refers to',
}

/** The expression that turns an instance of a subclass into one of the built-in class. */
const AS_BUILT_IN: ReadonlyMap<object, string> = new Map<object, string>([
  [Array.prototype, '[...array]'],
  [Map.prototype, 'new Map(map)'],
  [Set.prototype, 'new Set(set)'],
  [RealDate.prototype, 'new Date(date)'],
  [URL.prototype, 'new URL(url)'],
])

/** Why a value of an unknown class cannot be stored, and what to store instead. */
export function refusal(value: object, prototype: object | null): string {
  if (types.isPromise(value)) return 'a promise cannot be stored: await it first'
  if (types.isBoxedPrimitive(value)) return `a boxed primitive cannot be stored: store ${boxedAdvice(value)}`
  if (types.isGeneratorObject(value)) return 'a generator cannot be stored: store [...generator]'
  if (types.isMapIterator(value) || types.isSetIterator(value))
    return 'an iterator cannot be stored: store [...iterator]'
  const name = className(prototype)
  return `an instance of ${name} cannot be stored: ${instead(prototype, name)}`
}

/** Why an object cannot be stored whose type always has hidden properties. `undefined` for any other object. */
export function refusalOfHidden(value: object): string | undefined {
  if (types.isArgumentsObject(value)) return 'an arguments object cannot be stored: store [...arguments]'
  if (types.isModuleNamespaceObject(value)) return 'a module cannot be stored: store { ...module }'
  return undefined
}

/** Why an object with a property that is not enumerable cannot be stored. */
export function whyHidden(value: object): string {
  const copy = Array.isArray(value) ? '[...array]' : '{ ...object }'
  return `a property that is not enumerable cannot be stored: store ${copy}, a copy without it`
}

/** Why an object of a built-in class cannot be stored that has properties of its own. */
export function whyExtras(name: string, prototype: object | undefined): string {
  const copy = prototype === undefined ? undefined : AS_BUILT_IN.get(prototype)
  const advice = copy === undefined ? '' : `: store ${copy}, a copy without them`
  return `a ${name} with properties of its own cannot be stored${advice}`
}

/** Why a value of a built-in type cannot be stored, from the error that reading it threw. */
export function unreadable(value: object, prototype: object | null, cause: unknown): string {
  const name = className(prototype)
  if (types.isProxy(value)) return `a Proxy of a ${name} cannot be stored: store the ${name} itself`
  return `this ${name} cannot be stored: ${cause instanceof Error ? cause.message : String(cause)}`
}

/** The name of a prototype's class. Runs no code of the class. */
export function className(prototype: object | null): string {
  for (const link of links(prototype)) {
    const maker: unknown = Object.getOwnPropertyDescriptor(link, 'constructor')?.value
    if (typeof maker === 'function') {
      const name: unknown = Object.getOwnPropertyDescriptor(maker, 'name')?.value
      if (typeof name === 'string' && name !== '') return name
    }
  }
  return 'an unnamed class'
}

function instead(prototype: object | null, name: string): string {
  const ready = Object.hasOwn(INSTEAD, name) ? INSTEAD[name] : undefined
  if (ready !== undefined) return ready
  const advice = 'give its type to createPickle({ types })'
  for (const link of links(prototype)) {
    const builtIn = AS_BUILT_IN.get(localPrototypeOf(link))
    if (builtIn !== undefined) return `${advice}, or store ${builtIn}`
  }
  return `${advice}, or store a plain object of what it holds`
}

/** A prototype and those that it inherits from, up to the first Proxy, whose code this must not run. */
function* links(prototype: object | null): Iterable<object> {
  for (let link = prototype; link !== null && !types.isProxy(link); link = Object.getPrototypeOf(link)) yield link
}

function boxedAdvice(value: object): string {
  return types.isSymbolObject(value) ? 'something else' : 'its valueOf()'
}
