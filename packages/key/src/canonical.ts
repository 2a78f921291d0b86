import { writeElements } from './containers.ts'
import { keyErrorOf } from './refusal.ts'
import { Walk } from './walk.ts'

/** Increases if the canonical string of any value changes, so that formats have no string in common. */
const FORMAT = 1

/**
 * The canonical string of a value. Two strings are equal exactly if the values are, in every process, on every platform, in
 * every locale and time zone. The string begins with the number of the format, and reads like the source of the value.
 *
 * The comparison is strict: `-0` is not `0`, a hole is not `undefined`, `{a: undefined}` is not `{}`, a null prototype is
 * not `Object.prototype`, the order of a Map or a Set counts, and so does the class of bytes. These do not count: the order
 * of an object's properties, attributes of properties (writable, frozen), the realm, and whether two equal parts are the
 * same object. A getter counts as the value that it returns. If an object contains itself, the string says how many levels
 * up, so two cycles are equal if the same steps lead back to the same levels.
 *
 * The limits are 500 levels of objects and 1,048,576 characters. More than 96 bytes count as their SHA-256.
 *
 * @throws KeyError with the path: for values without a stable identity (functions, symbols, promises, errors, WeakMap and
 * the like, instances of classes without an {@link identity} method), for arrays and built-in objects with additional own
 * properties, for properties that are not enumerable or have a symbol as their key, and beyond the limits. An error that a
 * getter throws is its `cause`.
 *
 * @example
 * ```ts
 * canonical([1, { b: -0, a: undefined }, new Map([['k', 1n]])])   // '1:[1,{"a":undefined,"b":-0},Map("k"=>1n)]'
 * ```
 */
export function canonical(value: unknown): string {
  return `${FORMAT}:${canonicalAt(value, '$')}`
}

/** {@link canonical} without the format's number, and with another name for the value in the path of an error. */
export function canonicalAt(value: unknown, root: string): string {
  return writeFrom(root, (walk) => walk.write(value))
}

/**
 * The canonical string of the arguments of a call, from a rest parameter. It is that of the array, but this does not check
 * for additional properties, which a new array cannot have.
 *
 * @throws KeyError as {@link canonical}.
 *
 * @example
 * ```ts
 * const keyOf = (...args: unknown[]) => canonicalArguments(args)
 * keyOf(1, 'a')   // '1:[1,"a"]'
 * ```
 */
export function canonicalArguments(args: readonly unknown[]): string {
  return `${FORMAT}:${writeFrom('$', (walk) => writeElements(args, walk))}`
}

function writeFrom(root: string, write: (walk: Walk) => void): string {
  const walk = new Walk()
  try {
    write(walk)
  } catch (thrown) {
    throw keyErrorOf(thrown, root)
  }
  return walk.written
}
