/** A memoized function. It may return a promise, even if the original is synchronous. */
export type Call = (...args: unknown[]) => unknown

/** The works that a peer may lack. */
export type Work = 'hit' | 'miss' | 'many' | 'cold' | 'together' | 'processes' | 'values' | 'pairs' | 'kill' | 'flip'

/** One library, set up as its own documentation recommends. */
export interface Peer {
  /** Its title in the tables. */
  readonly title: string
  /** `limit`: not a cache, but the minimum that a cache must do. */
  readonly role: 'ours' | 'peer' | 'limit'
  /** Its setup in a few words. */
  readonly setup: string
  /** Works that it lacks, each with the reason for the tables. */
  readonly lacks?: { readonly [work in Work]?: string }
  /** Opens a folder, which may contain the results of an earlier process. */
  open(folder: string): Opened | Promise<Opened>
}

/** A peer with an open folder. */
export interface Opened {
  /** Memoizes a function under a name. */
  memoize(name: string, original: Call): Call | Promise<Call>
  /** Resolves when everything is written. */
  close?(): unknown
}

/** The key that a caller writes for a store with string keys. */
export function keyByHand(name: string, args: readonly unknown[]): string {
  return `${name}-${args.join('-')}`
}

/** The reason why a store whose keys the caller writes lacks `pairs`. */
export const KEYS_BY_HAND = 'the caller writes the key'
