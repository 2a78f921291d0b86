import { KeyError, OptionError } from '@persist/errors'
import { canonicalAt } from './canonical.ts'

/** Pairs of a name and an argument, sorted by name. */
export type NamedKey<Name extends string = string> = readonly (readonly [name: Name, value: unknown])[]

/** The name of a parameter in the key: `rest` for `...rest`. */
type Bare<Name extends string> = Name extends `...${infer Rest}` ? Rest : Name

/**
 * Makes a key function. Its keys are names and values, sorted by name, without the arguments that are `undefined` or equal
 * to their default. So stored results are still found after parameters change places or new ones with defaults are added.
 *
 * @param names The parameters in their order. The last one may be a rest parameter, written `'...rest'`.
 * @param defaults The values of parameters that are left out. Default: none.
 * @throws OptionError for a name that is not a string or occurs twice, and for a default without a name. The key function
 * throws `KeyError` for more arguments than names.
 *
 * @example
 * ```ts
 * const scale = persist((x: number, m = 2) => x * m, { funcname: 'scale', key: named(['x', 'm'], { m: 2 }) })
 * scale.keyOf(3)      // [['x', 3]]
 * scale.keyOf(3, 2)   // [['x', 3]]
 * scale.keyOf(3, 4)   // [['m', 4], ['x', 3]]
 * ```
 */
export function named<const Names extends readonly string[]>(
  names: Names,
  defaults: { readonly [Name in Bare<Names[number]>]?: unknown } = {},
): (...args: readonly unknown[]) => NamedKey<Bare<Names[number]>> {
  const parameters = parametersOf(names, defaults)
  const rest = names.at(-1)?.startsWith('...') ? names.length - 1 : Number.POSITIVE_INFINITY
  const inOrder = [...parameters].sort((a, b) => (a.name < b.name ? -1 : 1))
  return (...args) => {
    if (args.length > names.length && rest > args.length) {
      const expected = names.length === 1 ? '1 name' : `${names.length} names`
      throw new KeyError(`${args.length} arguments for ${expected}`, `$[${names.length}]`)
    }
    const key: [Bare<Names[number]>, unknown][] = []
    for (const parameter of inOrder) {
      const value = parameter.position < rest ? args[parameter.position] : restOf(args, rest)
      if (!isLeftOut(value, parameter)) key.push([parameter.name as Bare<Names[number]>, value])
    }
    return key
  }
}

interface Parameter {
  readonly name: string
  readonly position: number
  readonly fallback: unknown
  /** The canonical string of `fallback` at wrap time, because the object may change. */
  readonly canonical: string | undefined
}

function parametersOf(names: readonly string[], defaults: object): Parameter[] {
  const bare = names.map((name, position) => bareName(name, position === names.length - 1))
  const twice = bare.find((name, position) => bare.indexOf(name) !== position)
  if (twice !== undefined) throw new OptionError(`named has the name "${twice}" twice`, { option: 'names' })
  const unknown = Object.keys(defaults).find((name) => !bare.includes(name))
  if (unknown !== undefined) {
    throw new OptionError(`named has a default for "${unknown}", which is not among its names`, { option: 'defaults' })
  }
  return bare.map((name, position) => {
    const fallback = Object.hasOwn(defaults, name) ? (defaults as Record<string, unknown>)[name] : undefined
    return {
      name,
      position,
      fallback,
      canonical: fallback === undefined ? undefined : canonicalAt(fallback, `$.${name}`),
    }
  })
}

function bareName(name: unknown, isLast: boolean): string {
  if (typeof name !== 'string') throw new OptionError('named takes names, which must be strings', { option: 'names' })
  const bare = isLast && name.startsWith('...') ? name.slice(3) : name
  if (bare === '' || bare.startsWith('...')) {
    throw new OptionError(`named cannot take the name "${name}" here`, { option: 'names' })
  }
  return bare
}

/** The arguments from a position on. `undefined` if there are none. */
function restOf(args: readonly unknown[], position: number): unknown {
  return args.length > position ? args.slice(position) : undefined
}

function isLeftOut(value: unknown, { name, fallback, canonical }: Parameter): boolean {
  if (value === undefined) return true
  if (canonical === undefined || typeof value !== typeof fallback) return false
  if (typeof value !== 'object') return Object.is(value, fallback)
  return canonicalAt(value, `$.${name}`) === canonical
}
