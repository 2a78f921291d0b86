import { writeElements } from './containers.ts'
import { keyErrorOf } from './refusal.ts'
import { Walk } from './walk.ts'

/** Goes up when the text of any value changes, so that no text of a later format is one of an earlier. */
const FORMAT = 1

/**
 * The canonical text of a value: equal exactly when the values are, in every process, on every platform, in every locale
 * and time zone. It begins with the number of the format, and reads like the source of the value.
 *
 * Equal is what a strict observer calls equal: `-0` is not `0`, a hole is not `undefined`, `{a: undefined}` is not `{}`,
 * a null prototype is not `Object.prototype`, the order of a Map or a Set counts, and so does the class of bytes. The
 * order of an object's properties does not count, nor do attributes of properties (writable, frozen), the realm, or
 * whether two equal parts are one object; a getter counts as the value that it gives. Where an object holds itself, the
 * text says how many levels up, so two cycles are equal when the same steps lead back to the same levels.
 *
 * The limits: 500 objects in one another, 1,048,576 characters of text. Of bytes, more than 96 count as their SHA-256.
 *
 * @throws KeyError with the path, for what has no stable identity (functions, symbols, promises, errors, WeakMap and the
 * like, instances of classes without an {@link identity} method), for arrays and built-in objects with properties of
 * their own besides, for properties that are keyed by symbols or not enumerable, and beyond the limits. What a getter
 * throws is its `cause`.
 *
 * @example
 * ```ts
 * canonical([1, { b: -0, a: undefined }, new Map([['k', 1n]])])   // '1:[1,{"a":undefined,"b":-0},Map("k"=>1n)]'
 * ```
 */
export function canonical(value: unknown): string {
  return `${FORMAT}:${canonicalAt(value, '$')}`
}

/** Without the format's number, and with another name for the value in the path of an error. */
export function canonicalAt(value: unknown, root: string): string {
  return textAt(root, (walk) => walk.write(value))
}

/**
 * The canonical text of the arguments of a call, as they come in a rest parameter: that of their array, without a look
 * for properties that only an array which somebody has had in hands could have.
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
  return `${FORMAT}:${textAt('$', (walk) => writeElements(args, walk))}`
}

function textAt(root: string, write: (walk: Walk) => void): string {
  const walk = new Walk()
  try {
    write(walk)
  } catch (thrown) {
    throw keyErrorOf(thrown, root)
  }
  return walk.text
}
