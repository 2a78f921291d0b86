/**
 * Signs in the source of a function that it may count its arguments: rest parameters or spread, `arguments`, and `eval` or
 * escapes that could spell it. Native code, bound functions, proxies and bytecode have no source: Hermes prints a sign of it,
 * bytenode white space. A false alarm (dots in a comment) costs a recomputation, never a wrong value.
 */
const COUNTS_ARGUMENTS = /\.\.\.|\barguments\b|\beval\b|\\u|\[(?:native |byte)code\]|^[^\w=]*$/

/**
 * The default key of a function: its arguments, without trailing `undefined` unless the function can distinguish it from
 * a missing argument. In the language, `f(1)` and `f(1, undefined)` are alike: both get a default value.
 *
 * @example
 * ```ts
 * positional((x, y = 2) => x + y)([1, undefined])     // [1]
 * positional((...all) => all.length)([1, undefined])  // [1, undefined]
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: a function of any arguments
export function positional(fn: (...args: any[]) => unknown): (args: readonly unknown[]) => readonly unknown[] {
  return COUNTS_ARGUMENTS.test(Function.prototype.toString.call(fn)) ? (args) => args : withoutTrailingUndefined
}

function withoutTrailingUndefined(args: readonly unknown[]): readonly unknown[] {
  let { length } = args
  while (length > 0 && args[length - 1] === undefined) length--
  return length === args.length ? args : args.slice(0, length)
}
