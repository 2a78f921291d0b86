import { canonical } from './canonical.ts'

/**
 * The default key: the arguments, without trailing `undefined`, as the language itself treats `f(1)` and
 * `f(1, undefined)`; all of them where the function can tell the difference, by `...`, `arguments` or native code.
 */
export function positional(
  // biome-ignore lint/complexity/noBannedTypes: functions and methods of any signature
  fn: Function,
): (args: readonly unknown[]) => readonly unknown[] {
  const canTell = /\.\.\.|\barguments\b|\[native code\]/.test(Function.prototype.toString.call(fn))
  return canTell ? (args) => args : dropTrailingUndefined
}

/**
 * A key of sorted (name, value) pairs, without arguments that equal their defaults.
 *
 * @example
 * ```ts
 * persist(scale, { key: named(['x', 'factor'], { factor: 2 }) })
 * ```
 */
export function named<A extends readonly unknown[]>(
  names: readonly string[],
  defaults: Readonly<Record<string, unknown>> = {},
): (...args: A) => [name: string, value: unknown][] {
  const usual = new Map(Object.entries(defaults).map(([name, value]) => [name, canonical(value)]))
  return (...args) => {
    if (args.length > names.length) throw new TypeError(`${args.length} arguments, but names for ${names.length}`)
    return args
      .map((value, index): [string, unknown] => [names[index]!, value])
      .filter(([name, value]) =>
        usual.has(name) ? usual.get(name) !== canonical(value) && value !== undefined : value !== undefined,
      )
      .sort(([a], [b]) => (a < b ? -1 : 1))
  }
}

function dropTrailingUndefined(args: readonly unknown[]): readonly unknown[] {
  let length = args.length
  while (length > 0 && args[length - 1] === undefined) length--
  return length === args.length ? args : args.slice(0, length)
}
