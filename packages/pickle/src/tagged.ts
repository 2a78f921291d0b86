/**
 * Stands for a value: the name of its type, and a payload. It is an array of two, so that superjson walks into it, and has
 * its own class, so that no array of a user can be mistaken for it.
 */
export class Tagged extends Array<unknown> {
  constructor(name: string, payload: unknown) {
    super(2)
    this[0] = name
    this[1] = payload
  }

  // Without this, `map` and `slice` would call the constructor with a length.
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }
}

/** The name of a {@link Tagged} in the annotations: `["custom","persist"]`. */
export const CUSTOM = 'persist'
/** An array with properties besides its elements. */
export const ARRAY = 'array'
/** A plain object as a list of entries, because superjson refuses one of its keys. */
export const ENTRIES = 'object'
/** An object without a prototype, as a list of entries. */
export const NULL_PROTOTYPE = 'null-prototype'
/** A BigInt beyond {@link DECIMAL_DIGITS}, in hexadecimal digits, which can be read in linear time. */
export const BIG_INTEGER = 'BigInt'
/** The `n`th object of the graph. */
export const REFERENCE = 'ref'
/** The objects of a graph: the whole value, then the objects that are reached more than once. */
export const GRAPH = 'graph'
/** All names of structures. */
export const STRUCTURES = [ARRAY, ENTRIES, NULL_PROTOTYPE, BIG_INTEGER, REFERENCE, GRAPH] as const

/** Reading decimal digits takes more than linear time: 0.02 ms for a thousand, 140 ms for a million. */
export const DECIMAL_DIGITS = 1_000
export const DECIMAL_LIMIT = 10n ** BigInt(DECIMAL_DIGITS)
