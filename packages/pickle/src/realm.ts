import { builtInName } from '@persist/platform'

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
  const name = builtInName(prototype)
  const named = name === undefined ? undefined : LOCAL.get(name)
  // A native addon may have a class named Object.
  const isOther = named === Object.prototype && Object.getPrototypeOf(prototype) !== null
  const local = isOther ? prototype : (named ?? prototype)
  results.set(prototype, local)
  return local
}

for (const type of [Object, Array, Map, Set]) registerPrototype(type.name, type.prototype)
