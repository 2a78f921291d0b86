import type {
  Bounds,
  Entry,
  Lease,
  LeaseHolder,
  LeaseOptions,
  ListedHead,
  OpenOptions,
  Store,
  StoreAdapter,
  TagFence,
} from '@persist/store'
import { checkStoreOptions, type OptionChecks } from '@persist/store'
import { MemoryDeletions } from './memory-deletions.ts'

/** How {@link memoryStore} tells the time. */
export interface MemoryStoreOptions {
  /** Milliseconds that never jump: what leases run out by. Default: `performance.now`. */
  readonly monotonic?: (() => number) | undefined
}

const CHECKS: OptionChecks<MemoryStoreOptions> = {
  monotonic: ['a function', (value) => typeof value === 'function'],
}

declare module '@persist/store' {
  interface StoreSchemes {
    memory: MemoryStoreOptions
  }
}

interface Room {
  /** Least recently used first. */
  readonly kept: Map<string, Kept>
  readonly leases: Map<string, Held>
  readonly deletions: MemoryDeletions
  bytes: number
}

interface Held {
  readonly id: string
  deadline: number
  promised: boolean
  waitsFor: readonly string[]
}

interface Kept {
  readonly entry: Entry
  readonly bytes: number
}

/** What all copies of core in one process share: stores of one name, and numbers that no other store or lease has. */
interface Memories {
  readonly named: Map<string, Map<string, Room>>
  unnamed: number
  leasesTaken: number
}

// On a well-known symbol: two copies of core in one process share it.
const MEMORIES = Symbol.for('@persist/core/memory@2')
const shared = globalThis as { [MEMORIES]?: Memories }
shared[MEMORIES] ??= { named: new Map(), unnamed: 0, leasesTaken: 0 }
const memories = shared[MEMORIES]

/**
 * A store in the memory of this process, for tests and for results that need not outlive it. With a name, all stores of
 * that name are one and the same; without one, it is private.
 *
 * It is the reference implementation of the contract in `@persist/store`: where the contract is open, this is the answer.
 *
 * @example
 * ```ts
 * const double = persist((x: number) => 2 * x, { funcname: 'double', cache: memoryStore() })
 * ```
 */
export function memoryStore(name?: string, options: MemoryStoreOptions = {}): StoreAdapter<'sync'> {
  checkStoreOptions('memoryStore', options, CHECKS)
  const { monotonic = () => performance.now() } = options
  const place =
    name === undefined ? new Map<string, Room>() : roomIn(memories.named, name, () => new Map<string, Room>())
  return {
    mode: 'sync',
    supports: { lease: true, many: true, tags: true, bounds: true, persistent: false, tagFence: true },
    name: `memory://${name ?? `#${++memories.unnamed}`}`,
    open: (namespace, { bounds }: OpenOptions = {}) =>
      new MemoryStore(
        roomIn(place, namespace, () => ({
          kept: new Map(),
          leases: new Map(),
          deletions: new MemoryDeletions(),
          bytes: 0,
        })),
        monotonic,
        bounds,
      ),
    ping() {},
    *namespaces() {
      for (const [name, { kept }] of place) if (kept.size > 0) yield name
    },
    close() {},
  }
}

function roomIn<T>(place: Map<string, T>, name: string, make: () => T): T {
  const room = place.get(name) ?? make()
  place.set(name, room)
  return room
}

class MemoryStore implements Store<'sync'> {
  readonly tagFence: TagFence<'sync'>
  readonly #room: Room
  readonly #monotonic: () => number
  readonly #bounds: Bounds | undefined

  constructor(room: Room, monotonic: () => number, bounds: Bounds | undefined) {
    this.tagFence = room.deletions
    this.#room = room
    this.#monotonic = monotonic
    this.#bounds = bounds
  }

  get(hash: string): Entry | undefined {
    const kept = this.#room.kept.get(hash)
    if (!kept) return undefined
    this.#room.kept.delete(hash)
    this.#room.kept.set(hash, kept)
    return copied(kept.entry)
  }

  getMany(hashes: readonly string[]): (Entry | undefined)[] {
    return hashes.map((hash) => this.get(hash))
  }

  set(entry: Entry): void {
    // Read whole before anything is given up: all of it or nothing.
    const kept = { entry: copied(entry), bytes: bytesOf(entry.payload) }
    this.delete(entry.hash)
    this.#room.kept.set(entry.hash, kept)
    this.#room.bytes += kept.bytes
    this.#shrink(this.#bounds)
  }

  delete(hash: string): boolean {
    this.#room.leases.delete(hash)
    return this.#evict(hash)
  }

  clear(): number {
    const { size } = this.#room.kept
    this.#room.kept.clear()
    this.#room.leases.clear()
    this.#room.bytes = 0
    return size
  }

  *entries(): Generator<Entry> {
    for (const { entry } of this.#walk()) yield copied(entry)
  }

  *heads(): Generator<ListedHead> {
    for (const { entry, bytes } of this.#walk()) {
      const { payload: _, ...head } = copied(entry)
      yield { ...head, bytes }
    }
  }

  stats(): { entries: number; bytes: number } {
    return { entries: this.#room.kept.size, bytes: this.#room.bytes }
  }

  prune(now: number, bounds = this.#bounds): number {
    let gone = 0
    for (const { entry } of this.#walk()) {
      if (mayBeDropped(entry, now) && this.#evict(entry.hash)) gone++
    }
    return gone + this.#shrink(bounds)
  }

  deleteByTag(tag: string): number {
    let gone = 0
    for (const { entry } of this.#walk()) if (entry.tags?.includes(tag) && this.delete(entry.hash)) gone++
    return gone
  }

  lease(hash: string, ms: number, { steal = false, onHeld }: LeaseOptions = {}): Lease<'sync'> | undefined {
    const { leases } = this.#room
    const holder = leases.get(hash)
    const isHeld = holder !== undefined && this.#monotonic() < holder.deadline
    const mayTake = typeof steal === 'string' ? holder?.id === steal : steal || !isHeld
    if (!mayTake) {
      if (isHeld) onHeld?.(describe(holder))
      return undefined
    }
    const mine: Held = {
      id: `${++memories.leasesTaken}`,
      deadline: this.#monotonic() + ms,
      promised: false,
      waitsFor: [],
    }
    leases.set(hash, mine)
    const held = () => leases.get(hash) === mine
    return {
      id: mine.id,
      promised: () => {
        mine.promised = true
      },
      waitsFor: (ids) => {
        mine.waitsFor = [...ids]
      },
      publish: (entry) => {
        if (!held()) return false
        this.set(entry)
        return true
      },
      renew: (more) => {
        if (held()) mine.deadline = this.#monotonic() + more
        return held()
      },
      release: () => {
        if (held()) leases.delete(hash)
      },
    }
  }

  /** Over a list of the hashes: a `get` meanwhile moves an entry to the end of the map, where it would be met again. */
  *#walk(): Generator<Kept> {
    for (const hash of [...this.#room.kept.keys()]) {
      const kept = this.#room.kept.get(hash)
      if (kept) yield kept
    }
  }

  #shrink({ maxEntries = Infinity, maxBytes = Infinity }: Bounds = {}): number {
    let gone = 0
    for (const hash of this.#room.kept.keys()) {
      if (this.#room.kept.size <= maxEntries && this.#room.bytes <= maxBytes) break
      if (this.#evict(hash)) gone++
    }
    return gone
  }

  #evict(hash: string): boolean {
    this.#room.bytes -= this.#room.kept.get(hash)?.bytes ?? 0
    return this.#room.kept.delete(hash)
  }
}

function describe({ id, promised, waitsFor }: Held): LeaseHolder {
  return { id, ...(promised && { promised }), ...(waitsFor.length > 0 && { waitsFor }) }
}

/** Not even as a stale one. */
function mayBeDropped({ expiresAt, staleUntil }: Entry, now: number): boolean {
  return expiresAt !== undefined && Math.max(expiresAt, staleUntil ?? expiresAt) <= now
}

/** A copy: bytes and tags can be changed. */
function copied(entry: Entry): Entry {
  const { payload, tags } = entry
  return {
    ...entry,
    ...(tags && { tags: [...tags] }),
    payload: typeof payload === 'string' ? payload : new Uint8Array(payload),
  }
}

function bytesOf(payload: string | Uint8Array): number {
  return typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength
}
