import { types } from 'node:util'

const MAP_AND_SET: ReadonlySet<object> = new Set([Map.prototype, Set.prototype])

/** Why a value that is no plain object, no array and of no known type cannot be stored. */
export function refusal(value: object, prototype: object | null): string {
  if (types.isPromise(value)) return 'a promise cannot be stored: await it first'
  if (types.isBoxedPrimitive(value)) return `a boxed primitive cannot be stored: store ${boxedAdvice(value)}`
  if (types.isProxy(value) && prototype !== null && MAP_AND_SET.has(prototype))
    return `a Proxy of a ${className(prototype)} cannot be stored`
  const name = className(prototype)
  if (isOfAnotherRealm(prototype, name)) return `an object of another realm's ${name} cannot be stored`
  return `an instance of ${name} cannot be stored: give its type to createPickle({ types })`
}

/** Why a value of a built-in type cannot be stored, from what was thrown when it was read. */
export function unreadable(prototype: object | null, cause: unknown): string {
  return `this ${className(prototype)} cannot be stored: ${cause instanceof Error ? cause.message : String(cause)}`
}

/** The name of a prototype's class, without running anybody's code. */
export function className(prototype: object | null): string {
  for (let link = prototype; link !== null && !types.isProxy(link); link = Object.getPrototypeOf(link)) {
    const maker: unknown = Object.getOwnPropertyDescriptor(link, 'constructor')?.value
    if (typeof maker === 'function') {
      const name: unknown = Object.getOwnPropertyDescriptor(maker, 'name')?.value
      if (typeof name === 'string' && name !== '') return name
    }
  }
  return 'an unnamed class'
}

function isOfAnotherRealm(prototype: object | null, name: string): boolean {
  const ours: unknown = Object.getOwnPropertyDescriptor(globalThis, name)?.value
  if (typeof ours !== 'function' || prototype === ours.prototype) return false
  const theirs: unknown = prototype && Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  return typeof theirs === 'function' && Object.getOwnPropertyDescriptor(theirs, 'name')?.value === name
}

function boxedAdvice(value: object): string {
  return types.isSymbolObject(value) ? 'something else' : 'its valueOf()'
}
