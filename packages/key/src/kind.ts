import type { Walk } from './walk.ts'

/** A built-in class whose instances are values. */
export interface Kind<T extends object = object> {
  /** The name of the class, with which the string begins. */
  readonly name: string
  /** Whether an object really is of the class. The prototype is no proof: any object can be given one. */
  isReal(object: object): boolean
  /** Whether `write` writes all that the value has. */
  isBare(value: T): boolean
  write(value: T, walk: Walk): void
}

/** Makes a kind of objects without own properties, or with those that `isBare` allows. */
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

/** Whether an object has the own keys of a new one, and no more. Deno keeps internals of some classes under symbols. */
export function hasOnlyKeysOf(fresh: () => object): (object: object) => boolean {
  // The keys are listed on first use, for a fast start.
  let keys: readonly PropertyKey[] | undefined
  return (object) => {
    keys ??= Reflect.ownKeys(fresh())
    const own = Reflect.ownKeys(object)
    return own.every((key) => keys!.includes(key))
  }
}
