import type { Walk } from './walk.ts'

/** A built-in class whose instances are values. */
export interface Kind<T extends object = object> {
  /** The class's name, with which the text begins. */
  readonly name: string
  /** Whether an object is what its prototype says: prototypes can be given to anything. */
  isReal(object: object): boolean
  /** Whether it has nothing but what `write` writes. */
  isBare(value: T): boolean
  write(value: T, walk: Walk): void
}

/** Makes a kind of objects that have no own properties, or those that `isBare` allows. */
export function kind<T extends object>(
  name: string,
  isReal: (object: object) => boolean,
  write: (value: T, walk: Walk) => void,
  isBare: (value: T) => boolean = hasNoProperties,
): Kind<never> {
  return { name, isReal, isBare, write } satisfies Kind<T>
}

function hasNoProperties(object: object): boolean {
  return Reflect.ownKeys(object).length === 0
}

/** Whether an object has the own keys of a fresh one, and no more: Deno keeps the insides of some classes under symbols. */
export function hasOnlyKeysOf(fresh: () => object): (object: object) => boolean {
  // Made when needed, for a fast start.
  let keys: readonly PropertyKey[] | undefined
  return (object) => {
    keys ??= Reflect.ownKeys(fresh())
    const own = Reflect.ownKeys(object)
    return own.length === keys.length && own.every((key) => keys!.includes(key))
  }
}
