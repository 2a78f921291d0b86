import { OptionError } from '@persist/errors'
import { RESERVED } from './reserved.ts'

/**
 * Stores values of your own class. `name` becomes part of the stored format, so keep it when you rename the class.
 *
 * @example
 * ```ts
 * const point: PickleType<Point> = {
 *   name: 'Point',
 *   test: (value) => value instanceof Point,
 *   pickle: (point) => [point.x, point.y],
 *   unpickle: (pickled) => { const [x, y] = pickled as [number, number]; return new Point(x, y) },
 * }
 * ```
 */
export interface PickleType<T = unknown> {
  /** Names the type in the payload. Must not be a built-in name, such as `Buffer` or `Error`. */
  readonly name: string
  /** Called for each object that is not a plain object or array, and for functions and symbols. The first `true` wins. */
  test(value: unknown): boolean
  /** Returns the parts of the value: anything that can be stored, also instances of other types. */
  pickle(value: T): unknown
  /** Makes the value from its parts. If it throws, the entry is unreadable, which is a miss. */
  unpickle(pickled: unknown): T
}

/** Options of `createPickle`. */
export interface PickleOptions {
  /** Your own types. They are tried before the built-in ones. Default: none. */
  readonly types?: readonly PickleType[] | undefined
  /** How deep objects may be nested. Default: 500. */
  readonly maxDepth?: number | undefined
  /** The longest payload, in bytes, to write or to read. Default: no limit but that of V8's strings, about 512 MiB, and of Buffers. */
  readonly maxBytes?: number | undefined
  /** Whether errors keep their `stack`, which contains paths of this machine. Default: `false`. */
  readonly stacks?: boolean | undefined
}

/** Options of `createPickle` of `@persist/pickle` itself. */
export interface TextPickleOptions extends PickleOptions {
  /**
   * Whether a value with a kilobyte or more of typed arrays, Buffers and ArrayBuffers becomes bytes, in which these are stored
   * as they are. With `false`, every payload is a string of one line, with base64 in it. Both can be read. Default: `true`.
   */
  readonly binary?: boolean | undefined
}

/** The checked options, with defaults. */
export interface ResolvedOptions {
  readonly binary: boolean
  readonly types: readonly PickleType[]
  readonly maxDepth: number
  readonly maxBytes: number
  readonly stacks: boolean
}

const KNOWN: readonly string[] = ['types', 'maxDepth', 'maxBytes', 'stacks']

/** The options that only the text pickle has. */
export const TEXT_ONLY: readonly string[] = ['binary']

/** Checks the options and adds the defaults. Throws `OptionError`. */
export function resolveOptions(options: TextPickleOptions = {}, more: readonly string[] = []): ResolvedOptions {
  const known = [...KNOWN, ...more]
  for (const option of Object.keys(options)) {
    if (!known.includes(option))
      throw new OptionError(`createPickle has no option "${option}", only ${known.join(', ')}`, { option })
  }
  const { types = [], maxDepth = 500, maxBytes = Number.POSITIVE_INFINITY, stacks = false, binary = true } = options
  checkTypes(types)
  if (!Number.isInteger(maxDepth) || maxDepth < 1) throw wrong('maxDepth', 'a whole number from 1')
  if (typeof maxBytes !== 'number' || !(maxBytes >= 1)) throw wrong('maxBytes', 'a number from 1')
  if (typeof stacks !== 'boolean') throw wrong('stacks', 'true or false')
  if (typeof binary !== 'boolean') throw wrong('binary', 'true or false')
  return { types: [...types], maxDepth, maxBytes, stacks, binary }
}

function checkTypes(types: readonly PickleType[]): void {
  if (!Array.isArray(types)) throw wrong('types', 'an array')
  const names = new Set<string>()
  for (const type of types as readonly (PickleType | null | undefined)[]) {
    if (typeof type?.name !== 'string' || type.name === '') throw wrong('types', 'an array of types with a name each')
    const { name } = type
    if (RESERVED.has(name)) throw wrong('types', `without the name "${name}", which is built in`)
    if (names.has(name)) throw wrong('types', `without a second type "${name}"`)
    names.add(name)
    for (const part of ['test', 'pickle', 'unpickle'] as const) {
      if (typeof type[part] !== 'function') throw wrong('types', `an array of types, and "${name}" lacks ${part}()`)
    }
  }
}

function wrong(option: string, expected: string): OptionError {
  return new OptionError(`The option "${option}" of createPickle must be ${expected}`, { option })
}
