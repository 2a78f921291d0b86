/** The longest time that a lease of others holds without a sign of life, unless the asker's own lease holds longer. */
const MAX_FOREIGN_MS = 300_000
/** A note has at most this many ids of leases, and each at most this many characters. */
const MAX_IDS = 100
const MAX_ID_LENGTH = 200

/**
 * How long a lease holds without a sign of life, in milliseconds, by what its record claims: the record may be damaged, or
 * written to stop a key forever. A claim that is no duration counts as the asker's own; a long one is cut.
 *
 * @example
 * ```ts
 * trustedMs(60_000, 30_000)      // 60000
 * trustedMs(1e15, 30_000)        // 300000
 * trustedMs(undefined, 30_000)   // 30000
 * ```
 */
export function trustedMs(claimed: unknown, own: number): number {
  if (typeof claimed !== 'number' || !(claimed > 0)) return own
  return Math.min(claimed, Math.max(own, MAX_FOREIGN_MS))
}

/**
 * The ids of leases in a note, for `LeaseHolder.waitsFor`: the note may be damaged, or written to fill the memory of those
 * who read it. Leaves out every value that is no id, and every id beyond the limits.
 *
 * @example
 * ```ts
 * trustedIds(['a', 5, 'b'])   // ['a', 'b']
 * trustedIds('a')             // []
 * ```
 */
export function trustedIds(claimed: unknown): readonly string[] {
  return Array.isArray(claimed) ? claimed.slice(0, MAX_IDS).filter(isTrustedId) : []
}

/** Whether a value can be the id of a lease: longer than any id that a store writes, it could fill the memory. */
export function isTrustedId(claimed: unknown): claimed is string {
  return typeof claimed === 'string' && claimed.length <= MAX_ID_LENGTH
}
