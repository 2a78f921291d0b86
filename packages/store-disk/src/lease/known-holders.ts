import type { Token } from './token.ts'

/** So many are remembered: some 40 MB where all of them hold leases that others wait for. */
const MOST = 131_072

/** The tokens that were seen holding leases, for a look at one file instead of at all names of its folder. */
export class KnownHolders {
  readonly #most: number
  readonly #shards = new Map<string, Map<string, Token>>()
  #size = 0

  constructor(most = MOST) {
    this.#most = most
  }

  /** Remembers a token, where there is room. */
  note(shard: string, token: Token): void {
    if (token.kind !== 'lease') return
    const known = this.#shards.get(shard) ?? new Map<string, Token>()
    this.#shards.set(shard, known)
    if (!known.has(token.target)) {
      if (this.#size >= this.#most) return
      this.#size++
    }
    known.set(token.target, token)
  }

  of(shard: string, target: string): Token | undefined {
    return this.#shards.get(shard)?.get(target)
  }

  in(shard: string): Iterable<Token> {
    return this.#shards.get(shard)?.values() ?? []
  }

  forget(shard: string, target: string): void {
    if (this.#shards.get(shard)?.delete(target)) this.#size--
  }
}
