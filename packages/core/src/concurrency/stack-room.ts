/** So many arguments of eight bytes take far more of the stack than the bookkeeping of a run, with the store's part in it. */
const MANY: readonly undefined[] = new Array<undefined>(8_192).fill(undefined)
/** A look takes 5 microseconds, as long as a run in memory. In between a recursion gets deeper by a few kilobytes. */
const RUNS_PER_LOOK = 16

let runs = 0

/**
 * Throws the engine's RangeError if the stack is nearly full. Otherwise a run begins at a depth from which its end can also be
 * noted: a run that overflows the stack unwinds to this depth, where its lease is released, and later calls no longer find it.
 */
export function requireStackRoom(): void {
  if (++runs % RUNS_PER_LOOK === 0) Reflect.apply(nothing, undefined, MANY)
}

function nothing(): void {}
