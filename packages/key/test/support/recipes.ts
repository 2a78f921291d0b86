import fc from 'fast-check'

/**
 * How to make a value. So a value can be made twice, also with its properties in another order or with equal parts shared,
 * and a value can be made that differs a little. `up` is the object that many levels up.
 */
export type Recipe =
  | { readonly made: 'leaf'; readonly value: Leaf }
  | { readonly made: 'hole' }
  | { readonly made: 'up'; readonly levels: number }
  | { readonly made: 'array' | 'set'; readonly of: readonly Recipe[] }
  | { readonly made: 'object' | 'null object'; readonly names: readonly string[]; readonly of: readonly Recipe[] }
  | { readonly made: 'map'; readonly of: readonly Recipe[] }

/** Makes a value without parts, a new one each time. */
export type Leaf = () => unknown

const HOLE: Recipe = { made: 'hole' }
const NUMBERS = [0, -0, 1, -1, 0.1, 1e21, 1e-7, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 12]
const STRINGS = [
  '',
  'a',
  'b',
  '1',
  '0',
  'null',
  'undefined',
  'hole',
  '^1',
  '"',
  '\\',
  'a,b',
  '\ud83d',
  '\ude00',
  '\u{1f600}',
]
const NAMES = ['a', 'b', 'ä', '', '0', '1', '10', '2', 'a.b', '"', '\ud83d', '__proto__', 'constructor', 'length']
const VIEWS = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array]
const WIDE_VIEWS = [Float64Array, BigInt64Array, BigUint64Array]

const few = <T>(values: readonly T[]) => fc.constantFrom(...values)
const bytes = fc
  .array(few([0, 1, 128, 255]), { minLength: 0, maxLength: 1 })
  .map((of) => of.flatMap((b) => Array(8).fill(b)))

/** Values without parts, from a few of each type, so that equal ones occur often. */
const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  {
    weight: 6,
    arbitrary: few([...NUMBERS, ...STRINGS, true, false, null, undefined, 0n, 1n, -1n, 12n]).map((v) => () => v),
  },
  fc.double().map((v) => () => v),
  fc.string({ unit: 'binary', maxLength: 3 }).map((v) => () => v),
  fc.bigInt().map((v) => () => v),
  few([0, 1, -1, Number.NaN]).map((ms) => () => new Date(ms)),
  fc.tuple(few(['a', 'b', '/']), few(['', 'g', 'y']), few([0, -0, 1])).map(
    ([source, flags, lastIndex]) =>
      () =>
        Object.assign(new RegExp(source, flags), { lastIndex }),
  ),
  few([0, -0, Number.NaN, '', 'a', '1', true, false, 0n, 1n]).map((v) => () => Object(v)),
  few(['http://a/', 'http://b/', 'http://a/?b']).map((v) => () => new URL(v)),
  few([
    [],
    [['a', '']],
    [
      ['a', ''],
      ['b', '='],
    ],
    [
      ['b', '='],
      ['a', ''],
    ],
  ]).map((v) => () => new URLSearchParams(v as [string, string][])),
  fc.tuple(few([...VIEWS, ...WIDE_VIEWS]), bytes).map(
    ([View, of]) =>
      () =>
        new View(Uint8Array.from(of).buffer),
  ),
  bytes.map((of) => () => Buffer.from(of)),
  bytes.map((of) => () => Uint8Array.from(of).buffer),
  bytes.map((of) => () => new DataView(Uint8Array.from(of).buffer)),
  few([8, 9]).map((length) => () => new SharedArrayBuffer(length)),
  few([97, 98]).map((length) => () => new Uint8Array(length)),
)

const names = fc.uniqueArray(few(NAMES), { maxLength: 3 })

/** Trees, and with `cyclic` also cyclic graphs. */
export function recipes({ cyclic }: { cyclic: boolean }): fc.Arbitrary<Recipe> {
  const { recipe } = fc.letrec<{ recipe: Recipe; parts: Recipe[] }>((tie) => ({
    recipe: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf.map((value) => ({ made: 'leaf', value }) as const),
      ...(cyclic ? [fc.integer({ min: 1, max: 3 }).map((levels) => ({ made: 'up', levels }) as const)] : []),
      tie('parts').map((of) => ({ made: 'array', of }) as const),
      tie('parts').map((of) => ({ made: 'set', of }) as const),
      tie('parts').map((of) => ({ made: 'map', of }) as const),
      fc
        .tuple(few(['object', 'null object'] as const), names, tie('parts'))
        .map(([made, all, of]) => ({ made, names: all.slice(0, of.length), of: of.slice(0, all.length) }) as const),
    ) as fc.Arbitrary<Recipe>,
    parts: fc.array(fc.oneof({ weight: 9, arbitrary: tie('recipe') }, fc.constant(HOLE)), {
      maxLength: 3,
    }),
  }))
  return recipe
}

/** Ways to follow a recipe. They do not change the value. */
export interface Manner {
  /** Makes properties in the reverse order. */
  readonly reversed?: boolean
  /** Makes one object for a recipe that occurs twice, unless it depends on the objects that contain it. */
  readonly shared?: Map<Recipe, unknown>
}

/** Makes the value. */
export function make(recipe: Recipe, manner: Manner = {}, around: readonly object[] = []): unknown {
  if (recipe.made === 'leaf') return recipe.value()
  if (recipe.made === 'hole') return undefined
  if (recipe.made === 'up') return around.at(-recipe.levels) ?? null
  const known = manner.shared?.get(recipe)
  if (known !== undefined) return known
  const value = fill(recipe, manner, around)
  if (!dependsOnAround(recipe, 0)) manner.shared?.set(recipe, value)
  return value
}

type Container = Exclude<Recipe, { made: 'leaf' | 'hole' | 'up' }>

function fill(recipe: Container, manner: Manner, around: readonly object[]): object {
  const into = empty(recipe.made)
  const part = (of: Recipe) => make(of, manner, [...around, into])
  if (into instanceof Set) for (const of of recipe.of) into.add(part(of))
  else if (into instanceof Map) {
    for (let index = 0; index < recipe.of.length; index += 2)
      into.set(part(recipe.of[index]!), part(recipe.of[index + 1] ?? HOLE))
  } else if (Array.isArray(into)) {
    into.length = recipe.of.length
    for (const [index, of] of recipe.of.entries()) if (of.made !== 'hole') into[index] = part(of)
  } else if ('names' in recipe) {
    const places = [...recipe.names.keys()]
    for (const place of manner.reversed ? places.reverse() : places) {
      Object.defineProperty(into, recipe.names[place]!, {
        value: part(recipe.of[place]!),
        enumerable: true,
        writable: true,
        configurable: true,
      })
    }
  }
  return into
}

function empty(made: Container['made']): object {
  if (made === 'array') return []
  if (made === 'set') return new Set()
  if (made === 'map') return new Map()
  return made === 'object' ? {} : Object.create(null)
}

function dependsOnAround(recipe: Recipe, within: number): boolean {
  if (recipe.made === 'up') return recipe.levels > within
  return 'of' in recipe && recipe.of.some((part) => dependsOnAround(part, within + 1))
}

/** A recipe that differs from another in one part, which is replaced, removed, doubled, swapped, or in another container. */
export function alter(recipe: Recipe, other: Recipe, choice: () => number): Recipe {
  if (!('of' in recipe) || choice() % 4 === 0) return replace(recipe, other, choice)
  const { of } = recipe
  if (of.length === 0) return 'names' in recipe ? { made: 'array', of } : { ...recipe, of: [other] }
  const place = choice() % of.length
  const before = of.slice(0, place)
  const after = of.slice(place + 1)
  return { ...recipe, of: [...before, alter(of[place]!, other, choice), ...after] }
}

function replace(recipe: Recipe, other: Recipe, choice: () => number): Recipe {
  if (!('of' in recipe)) return other
  const { of } = recipe
  switch (choice() % 5) {
    case 0:
      return 'names' in recipe
        ? { ...recipe, made: recipe.made === 'object' ? 'null object' : 'object' }
        : { made: recipe.made === 'array' ? 'set' : 'array', of }
    case 1:
      return 'names' in recipe
        ? { ...recipe, names: recipe.names.slice(1), of: of.slice(1) }
        : { ...recipe, of: of.slice(1) }
    case 2:
      return { ...recipe, of: [...of].reverse() }
    case 3:
      return 'names' in recipe ? { made: 'map', of } : { ...recipe, of: [...of, ...of.slice(0, 2)] }
    default:
      return other
  }
}
