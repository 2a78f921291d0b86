// On a well-known symbol: two copies of core in one process tell each other.
const PEERS = Symbol.for('@persist/core/peers@3')
const shared = globalThis as { [PEERS]?: Map<string, Set<WeakRef<Peer>>> }
shared[PEERS] ??= new Map()
const all = shared[PEERS]

/** What one wrapping of a function keeps in this process: for one key, or for all. */
export interface Peer {
  /** What runs must not store its result. */
  fence(canonicalKey: string | undefined): void
  /** What runs must not store a result with this tag. */
  fenceTag(tag: string): void
  /** A later run of this key has begun. */
  outdate(canonicalKey: string): void
  /** What runs and began earlier must not store its result over a later one. */
  supersede(canonicalKey: string, began: number): void
  /** The writes under way to a store without leases. They never reject. */
  writes(canonicalKey: string | undefined): Iterable<Promise<unknown>>
  /** Lets go of what is held in memory, and of what the store was asked for before now. */
  drop(canonicalKey: string | undefined): void
}

const collected = new FinalizationRegistry<() => void>((remove) => remove())

/**
 * All wrappings of the functions that share one namespace of one store: a module that was evaluated again, two bundles,
 * one function wrapped twice. A deletion through one of them reaches what the others hold and compute.
 */
export class Peers {
  readonly #own: Peer
  readonly #those: Set<WeakRef<Peer>>

  constructor(place: string, namespace: string, own: Peer) {
    const name = `${place}\0${namespace}`
    const those = all.get(name) ?? new Set()
    all.set(name, those)
    const one = new WeakRef(own)
    those.add(one)
    collected.register(own, () => {
      those.delete(one)
      if (those.size === 0 && all.get(name) === those) all.delete(name)
    })
    this.#own = own
    this.#those = those
  }

  /** This wrapping and all others. */
  each(act: (peer: Peer) => void): void {
    act(this.#own)
    this.others(act)
  }

  /** The writes under way in all wrappings. */
  writes(canonicalKey: string | undefined): Promise<unknown>[] {
    const writes: Promise<unknown>[] = []
    this.each((peer) => writes.push(...peer.writes(canonicalKey)))
    return writes
  }

  others(act: (peer: Peer) => void): void {
    if (this.#those.size === 1) return
    for (const one of this.#those) {
      const peer = one.deref()
      if (peer !== undefined && peer !== this.#own) act(peer)
    }
  }
}
