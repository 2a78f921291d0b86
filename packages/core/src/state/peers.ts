import type { LaterResult } from '../concurrency/flight.ts'
import type { Steps } from '../concurrency/sync-or-async.ts'

// On a well-known symbol: two copies of core in one process notify each other.
const PEERS = Symbol.for('@persist/core/peers@3')
const shared = globalThis as { [PEERS]?: Map<string, Set<WeakRef<Peer>>> }
shared[PEERS] ??= new Map()
const all = shared[PEERS]

/** The state of one wrapping of a function in this process. Without a key, a method applies to all keys. */
export interface Peer {
  /** Forbids running calls to store their results. */
  fence(canonicalKey: string | undefined): void
  /** Forbids running calls to store results with this tag. */
  fenceTag(tag: string): void
  /** Lets later calls join none of the running calls. */
  outdate(canonicalKey: string | undefined): void
  /** Forbids runs that began earlier to store their results over a later one. Older copies of core give no `result`. */
  supersede(canonicalKey: string, began: number, result?: LaterResult): void
  /** The pending changes of an entry, and those of all entries if `ofAll`; without a hash every one. They never reject. */
  writes(hash: string | undefined, ofAll?: boolean): Iterable<Promise<unknown>>
  /** Drops entries from memory. Entries that were requested from the store before are not held either. */
  drop(canonicalKey: string | undefined): void
  /**
   * Whether a call of the function would still return the result with this digest, for the traces of functions that made the
   * call. Absent in older copies of core.
   */
  isCallUnchanged?(hash: string, digest: string, pass: VerifyPass, maxAge?: number): Steps<boolean>
}

/** One verification of an entry's inputs, which may verify the entries of nested calls. */
export interface VerifyPass {
  /** The calls verified so far. */
  readonly calls: Map<string, boolean>
  /** Whether calls may be made again. */
  readonly mayCall: boolean
  /** It is made to store a result that waited for its store: it waits for no other such result, which may wait for it. */
  readonly isUnsaved?: boolean
}

const collected = new FinalizationRegistry<() => void>((remove) => remove())

/** The newest wrapping of a namespace in this process. */
export function newestPeer(store: string, namespace: string): Peer | undefined {
  const references = all.get(`${store}\0${namespace}`)
  if (references === undefined) return undefined
  return [...references]
    .reverse()
    .map((reference) => reference.deref())
    .find((peer) => peer !== undefined)
}

/**
 * All wrappings that share one namespace of one store: a module that was evaluated again, two bundles, one function
 * wrapped twice. A deletion through one wrapping also applies to the entries that the others hold and compute.
 */
export class Peers {
  readonly #own: Peer
  readonly #peers: Set<WeakRef<Peer>>

  constructor(store: string, namespace: string, own: Peer) {
    const name = `${store}\0${namespace}`
    const peers = all.get(name) ?? new Set()
    all.set(name, peers)
    const reference = new WeakRef(own)
    peers.add(reference)
    collected.register(own, () => {
      peers.delete(reference)
      if (peers.size === 0 && all.get(name) === peers) all.delete(name)
    })
    this.#own = own
    this.#peers = peers
  }

  /** Calls `act` for this wrapping and all others. */
  each(act: (peer: Peer) => void): void {
    act(this.#own)
    this.others(act)
  }

  /** The pending changes of all wrappings. */
  changes(hash: string | undefined, ofAll: boolean): Promise<unknown>[] {
    const changes: Promise<unknown>[] = []
    this.each((peer) => {
      for (const change of peer.writes(hash, ofAll)) changes.push(change)
    })
    return changes
  }

  /** Calls `act` for the other wrappings. */
  others(act: (peer: Peer) => void): void {
    if (this.#peers.size === 1) return
    for (const reference of this.#peers) {
      const peer = reference.deref()
      if (peer !== undefined && peer !== this.#own) act(peer)
    }
  }
}
