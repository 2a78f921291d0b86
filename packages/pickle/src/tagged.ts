/**
 * A value in plain clothes: the name of its type, and what it is made of. An array of two, so that superjson walks into
 * it; a class of its own, so that no array of a user is taken for one.
 */
export class Tagged extends Array<unknown> {
  constructor(name: string, payload: unknown) {
    super(2)
    this[0] = name
    this[1] = payload
  }

  // `map` and `slice` of a Tagged would call the constructor with a length.
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }
}

/** An array with properties beside its elements. */
export const ARRAY = 'array'
/** A plain object, given entry by entry: its keys include one that superjson refuses. */
export const ENTRIES = 'object'
/** An object without a prototype, given entry by entry. */
export const NULL_PROTOTYPE = 'null-prototype'
/** A BigInt beyond {@link DECIMAL_DIGITS}, as hexadecimal digits, which are read in linear time. */
export const BIG_INTEGER = 'BigInt'
/** The `n`th object of the graph. */
export const REFERENCE = 'ref'
/** The objects of a graph: the whole value, then whatever is reached more than once. */
export const GRAPH = 'graph'

/** Reading decimal digits takes more than linear time: 0.02 ms for a thousand, 140 ms for a million. */
export const DECIMAL_DIGITS = 1_000
