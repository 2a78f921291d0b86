/** So many ids of leases one note has at most, and each so many characters. */
const MOST_IDS = 100
const LONGEST_ID = 200

/**
 * The ids of leases in a note, for `LeaseHolder.waitsFor`: the note may be damaged, or written to fill the memory of those
 * who read it. What is no id is left out, and so is what is too much.
 *
 * @example
 * ```ts
 * trustedIds(['a', 5, 'b'])   // ['a', 'b']
 * trustedIds('a')             // []
 * ```
 */
export function trustedIds(claimed: unknown): readonly string[] {
  if (!Array.isArray(claimed)) return []
  return claimed.slice(0, MOST_IDS).filter((id): id is string => typeof id === 'string' && id.length <= LONGEST_ID)
}
