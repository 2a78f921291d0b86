/**
 * Signs in the source of a function that it may see how many arguments it got: rest parameters or spread, `arguments`,
 * and `eval` or escapes that could spell it. Native code and bound functions have no source. A false alarm (the dots in a
 * comment) costs a recomputation, never a wrong value.
 */
const CAN_TELL = /\.\.\.|\barguments\b|\beval\b|\\u|\[native code\]/

/**
 * The default key of a function: its arguments, without trailing `undefined` unless the function can tell these from
 * missing ones. To the language `f(1)` and `f(1, undefined)` are alike: a default value serves both.
 *
 * @example
 * ```ts
 * positional((x, y = 2) => x + y)([1, undefined])     // [1]
 * positional((...all) => all.length)([1, undefined])  // [1, undefined]
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: a function of any arguments
export function positional(fn: (...args: any[]) => unknown): (args: readonly unknown[]) => readonly unknown[] {
  return CAN_TELL.test(Function.prototype.toString.call(fn)) ? (args) => args : withoutTrailingUndefined
}

function withoutTrailingUndefined(args: readonly unknown[]): readonly unknown[] {
  let { length } = args
  while (length > 0 && args[length - 1] === undefined) length--
  return length === args.length ? args : args.slice(0, length)
}
