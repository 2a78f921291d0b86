import { KeyError, OptionError } from '@persist/errors'
import { canonicalAt } from './canonical.ts'

/** Arguments by name, sorted. */
export type NamedKey<Name extends string = string> = readonly (readonly [name: Name, value: unknown])[]

/** The name that a parameter has in the key: `...rest` is `rest`. */
type Bare<Name extends string> = Name extends `...${infer Rest}` ? Rest : Name

/**
 * A key of names and values, sorted by name, without the arguments that are `undefined` or equal to their default. So
 * parameters may change places, and gain new ones with defaults, and stored results are still found.
 *
 * @param names The parameters in their order. The last one may be a rest parameter, written `'...rest'`.
 * @param defaults What a parameter is when it is left out. Default: none.
 * @throws OptionError for names that are no texts, twice the same, or unknown to `names`. The key function throws
 * `KeyError` when it gets more arguments than there are names.
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
      const value = parameter.place < rest ? args[parameter.place] : restOf(args, rest)
      if (!isLeftOut(value, parameter)) key.push([parameter.name as Bare<Names[number]>, value])
    }
    return key
  }
}

interface Parameter {
  readonly name: string
  readonly place: number
  readonly otherwise: unknown
  /** The canonical text of `otherwise`, kept from wrap time: the object may change. */
  readonly text: string | undefined
}

function parametersOf(names: readonly string[], defaults: object): Parameter[] {
  const bare = names.map((name, place) => bareName(name, place === names.length - 1))
  const twice = bare.find((name, place) => bare.indexOf(name) !== place)
  if (twice !== undefined) throw new OptionError(`named has the name "${twice}" twice`, { option: 'names' })
  const unknown = Object.keys(defaults).find((name) => !bare.includes(name))
  if (unknown !== undefined) {
    throw new OptionError(`named has a default for "${unknown}", which is not among its names`, { option: 'defaults' })
  }
  return bare.map((name, place) => {
    const otherwise = Object.hasOwn(defaults, name) ? (defaults as Record<string, unknown>)[name] : undefined
    return { name, place, otherwise, text: otherwise === undefined ? undefined : canonicalAt(otherwise, `$.${name}`) }
  })
}

function bareName(name: unknown, isLast: boolean): string {
  if (typeof name !== 'string') throw new OptionError('named takes names, which are texts', { option: 'names' })
  const bare = isLast && name.startsWith('...') ? name.slice(3) : name
  if (bare === '' || bare.startsWith('...')) {
    throw new OptionError(`named cannot take the name "${name}" here`, { option: 'names' })
  }
  return bare
}

/** The arguments from a place on; `undefined` where there are none. */
function restOf(args: readonly unknown[], place: number): unknown {
  return args.length > place ? args.slice(place) : undefined
}

function isLeftOut(value: unknown, { name, otherwise, text }: Parameter): boolean {
  if (value === undefined) return true
  if (text === undefined || typeof value !== typeof otherwise) return false
  if (typeof value !== 'object') return Object.is(value, otherwise)
  return canonicalAt(value, `$.${name}`) === text
}
