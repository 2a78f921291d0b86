import type { ListedHead } from '../contract.ts'

/** An entry that differs in more places is not near. */
const MOST_DIFFERENCES = 5

/** In what a key differs from that of an entry, and in how many parts it is equal. */
export interface KeyDifference {
  readonly differs: readonly string[]
  readonly equal: number
}

/**
 * The entry whose key differs in the fewest places; of several, the one with most in common, then the first.
 *
 * @param differenceTo `undefined` for an entry that cannot be compared.
 */
export function nearestHead(
  heads: Iterable<ListedHead>,
  differenceTo: (head: ListedHead) => KeyDifference | undefined,
): { readonly head: ListedHead; readonly differs: readonly string[] } | undefined {
  let best: (KeyDifference & { readonly head: ListedHead }) | undefined
  for (const head of heads) {
    const found = differenceTo(head)
    if (found === undefined || found.differs.length === 0 || found.differs.length > MOST_DIFFERENCES) continue
    if (best === undefined || isNearer(found, best)) best = { ...found, head }
  }
  return best
}

function isNearer(one: KeyDifference, other: KeyDifference): boolean {
  const fewer = other.differs.length - one.differs.length
  return fewer > 0 || (fewer === 0 && one.equal > other.equal)
}
