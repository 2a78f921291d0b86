import { types } from '@persist/platform'

/** What to pass instead of an object of a common class, by the name of the class. */
const INSTEAD: Readonly<Record<string, string>> = {
  AbortSignal: 'leave it out of the key',
  Blob: 'pass its bytes',
  File: 'pass its bytes',
  FormData: 'pass [...formData]',
  Headers: 'pass [...headers]',
  ReadableStream: 'pass what it reads',
  Request: 'pass its url, method and body',
  Response: 'pass its json(), text() or arrayBuffer()',
}

/** Why an object of an unknown class is refused. */
export function whyRefused(object: object): string {
  if (types.isPromise(object)) return 'a promise has no stable identity: await it first'
  if (types.isArgumentsObject(object)) return 'an arguments object has no stable identity: pass [...arguments]'
  if (types.isNativeError(object)) return withoutIdentity('an error')
  if (types.isModuleNamespaceObject(object)) return withoutIdentity('a module')
  const proto: object | null = Object.getPrototypeOf(object)
  if (proto === null || proto === Object.prototype) return whyNotPlain(object)
  if (types.isGeneratorObject(object)) return 'a generator has no stable identity: pass [...generator]'
  const name = className(proto)
  if (name !== undefined && Object.hasOwn(INSTEAD, name))
    return `${article(name)} has no stable identity: ${INSTEAD[name]}, or give the option key`
  return withoutIdentity(name === undefined ? 'an object with a prototype of its own' : `an instance of ${name}`)
}

/** Why an object of a known class is refused for its additional properties. */
export function whyExtras(name: string): string {
  return `${article(name)} with properties of its own has no canonical form: give the option key`
}

/** Why an object is refused that only has the prototype of a class. */
export function whyForged(name: string): string {
  return `an object that only has the prototype of ${name} has no canonical form`
}

function whyNotPlain(object: object): string {
  const what = Object.getOwnPropertySymbols(object).length > 0 ? 'keyed by symbols' : 'that are not enumerable'
  return `an object with properties ${what} has no canonical form: give the option key`
}

function withoutIdentity(what: string): string {
  return `${what} has no stable identity: give the option key, or its class a method [Symbol.for('@persist/identity')]`
}

function className(proto: object): string | undefined {
  const built: unknown = Object.getOwnPropertyDescriptor(proto, 'constructor')?.value
  if (typeof built !== 'function') return undefined
  const name: unknown = Object.getOwnPropertyDescriptor(built, 'name')?.value
  return typeof name === 'string' && name !== '' ? name : 'an unnamed class'
}

function article(name: string): string {
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`
}
