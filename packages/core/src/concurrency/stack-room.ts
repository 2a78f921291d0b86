/** So many arguments of eight bytes take as much of the stack as the bookkeeping of a run, with the store's part in it. */
const MANY: readonly undefined[] = new Array<undefined>(8_192).fill(undefined)

/**
 * Throws the engine's RangeError if the stack is nearly full. Otherwise a run begins at a depth from which its end can also be
 * noted: a run that overflows the stack unwinds to this depth, where its lease is released, and later calls no longer find it.
 */
export function requireStackRoom(): void {
  Reflect.apply(nothing, undefined, MANY)
}

function nothing(): void {}
