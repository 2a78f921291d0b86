/** A function as the peers see it: what comes back may be a promise, also of a synchronous one. */
export type Call = (...args: unknown[]) => unknown

/** The works that a peer may have no answer to. */
export type Work = 'hit' | 'miss' | 'many' | 'cold' | 'together' | 'processes' | 'values' | 'pairs' | 'kill' | 'flip'

/** One library, set up as its own documentation recommends. */
export interface Peer {
  /** As the tables show it. */
  readonly title: string
  /** `limit`: not a cache, but the least that a cache has to do. */
  readonly role: 'ours' | 'peer' | 'limit'
  /** How it is set up, in a few words. */
  readonly setup: string
  /** Works that are not asked of it, each with the reason that the tables show. */
  readonly lacks?: { readonly [work in Work]?: string }
  /** Starts on a folder that may hold what an earlier process left. */
  open(folder: string): Opened | Promise<Opened>
}

/** A peer at work on one folder. */
export interface Opened {
  /** The function with its results kept, under a name of its own. */
  memoize(name: string, original: Call): Call | Promise<Call>
  /** Everything has reached its place when this is done. */
  close?(): unknown
}

/** What a caller of a store with plain text keys writes for a key. */
export function keyByHand(name: string, args: readonly unknown[]): string {
  return `${name}-${args.join('-')}`
}

/** Why `pairs` is not asked of a store whose keys the caller writes. */
export const KEYS_BY_HAND = 'the caller writes the key'
