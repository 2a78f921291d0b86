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

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** A monotonic clock in milliseconds, by which leases expire. Default: `performance.now`. */
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

interface Namespace {
  /** Least recently used first. */
  readonly kept: Map<string, KeptEntry>
  readonly leases: Map<string, HeldLease>
  readonly deletions: MemoryDeletions
  bytes: number
}

interface HeldLease {
  readonly id: string
  deadline: number
  promised: boolean
  waitsFor: readonly string[]
}

interface KeptEntry {
  readonly entry: Entry
  readonly bytes: number
}

/** The state that all copies of core in one process share: stores by their names, and unique numbers of stores and leases. */
interface Memories {
  readonly named: Map<string, Map<string, Namespace>>
  unnamed: number
  leasesTaken: number
}

// On a well-known symbol: two copies of core in one process share it.
const MEMORIES = Symbol.for('@persist/core/memory@2')
const shared = globalThis as { [MEMORIES]?: Memories }
shared[MEMORIES] ??= { named: new Map(), unnamed: 0, leasesTaken: 0 }
const memories = shared[MEMORIES]

/**
 * A store in the memory of this process, for tests and for results that need not outlive the process. All stores with the
 * same name share their entries; a store without a name is private.
 *
 * This is the reference implementation of the contract in `@persist/store`: it decides where the contract is open.
 *
 * @example
 * ```ts
 * const double = persist((x: number) => 2 * x, { funcname: 'double', cache: memoryStore() })
 * ```
 */
export function memoryStore(name?: string, options: MemoryStoreOptions = {}): StoreAdapter<'sync'> {
  checkStoreOptions('memoryStore', options, CHECKS)
  const { monotonic = () => performance.now() } = options
  const namespaces =
    name === undefined
      ? new Map<string, Namespace>()
      : getOrMake(memories.named, name, () => new Map<string, Namespace>())
  return {
    mode: 'sync',
    supports: { lease: true, many: true, tags: true, bounds: true, persistent: false, tagFence: true },
    name: `memory://${name ?? `#${++memories.unnamed}`}`,
    open: (namespace, { bounds }: OpenOptions = {}) =>
      new MemoryStore(
        getOrMake(namespaces, namespace, () => ({
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
      for (const [name, { kept }] of namespaces) if (kept.size > 0) yield name
    },
    close() {},
  }
}

function getOrMake<T>(map: Map<string, T>, name: string, make: () => T): T {
  const value = map.get(name) ?? make()
  map.set(name, value)
  return value
}

class MemoryStore implements Store<'sync'> {
  readonly tagFence: TagFence<'sync'>
  readonly #namespace: Namespace
  readonly #monotonic: () => number
  readonly #bounds: Bounds | undefined

  constructor(namespace: Namespace, monotonic: () => number, bounds: Bounds | undefined) {
    this.tagFence = namespace.deletions
    this.#namespace = namespace
    this.#monotonic = monotonic
    this.#bounds = bounds
  }

  get(hash: string): Entry | undefined {
    const kept = this.#namespace.kept.get(hash)
    if (!kept) return undefined
    this.#namespace.kept.delete(hash)
    this.#namespace.kept.set(hash, kept)
    return copyEntry(kept.entry)
  }

  getMany(hashes: readonly string[]): (Entry | undefined)[] {
    return hashes.map((hash) => this.get(hash))
  }

  set(entry: Entry): void {
    // The copy comes first: if it fails, the old entry stays.
    const kept = { entry: copyEntry(entry), bytes: bytesOf(entry.payload) }
    this.delete(entry.hash)
    this.#namespace.kept.set(entry.hash, kept)
    this.#namespace.bytes += kept.bytes
    this.#shrink(this.#bounds)
  }

  delete(hash: string): boolean {
    this.#namespace.leases.delete(hash)
    return this.#evict(hash)
  }

  clear(): number {
    const { size } = this.#namespace.kept
    this.#namespace.kept.clear()
    this.#namespace.leases.clear()
    this.#namespace.bytes = 0
    return size
  }

  *entries(): Generator<Entry> {
    for (const { entry } of this.#walk()) yield copyEntry(entry)
  }

  *heads(): Generator<ListedHead> {
    for (const { entry, bytes } of this.#walk()) {
      const { payload: _, ...head } = copyEntry(entry)
      yield { ...head, bytes }
    }
  }

  stats(): { entries: number; bytes: number } {
    return { entries: this.#namespace.kept.size, bytes: this.#namespace.bytes }
  }

  prune(now: number, bounds = this.#bounds): number {
    let deleted = 0
    for (const { entry } of this.#walk()) {
      if (mayBeDropped(entry, now) && this.#evict(entry.hash)) deleted++
    }
    return deleted + this.#shrink(bounds)
  }

  deleteByTag(tag: string): number {
    let deleted = 0
    for (const { entry } of this.#walk()) if (entry.tags?.includes(tag) && this.delete(entry.hash)) deleted++
    return deleted
  }

  lease(hash: string, ms: number, { steal = false, onHeld }: LeaseOptions = {}): Lease<'sync'> | undefined {
    const { leases } = this.#namespace
    const holder = leases.get(hash)
    const isHeld = holder !== undefined && this.#monotonic() < holder.deadline
    const mayTake = typeof steal === 'string' ? holder?.id === steal : steal || !isHeld
    if (!mayTake) {
      if (isHeld) onHeld?.(describe(holder))
      return undefined
    }
    const lease: HeldLease = {
      id: `${++memories.leasesTaken}`,
      deadline: this.#monotonic() + ms,
      promised: false,
      waitsFor: [],
    }
    leases.set(hash, lease)
    const held = () => leases.get(hash) === lease
    return {
      id: lease.id,
      promised: () => {
        lease.promised = true
      },
      waitsFor: (ids) => {
        lease.waitsFor = [...ids]
      },
      publish: (entry) => {
        if (!held()) return false
        this.set(entry)
        return true
      },
      renew: (more) => {
        if (held()) lease.deadline = this.#monotonic() + more
        return held()
      },
      release: () => {
        if (held()) leases.delete(hash)
      },
    }
  }

  /** Iterates over a copy of the hashes, since a concurrent `get` moves an entry to the end of the map. */
  *#walk(): Generator<KeptEntry> {
    for (const hash of [...this.#namespace.kept.keys()]) {
      const kept = this.#namespace.kept.get(hash)
      if (kept) yield kept
    }
  }

  #shrink({ maxEntries = Infinity, maxBytes = Infinity }: Bounds = {}): number {
    let deleted = 0
    for (const hash of this.#namespace.kept.keys()) {
      if (this.#namespace.kept.size <= maxEntries && this.#namespace.bytes <= maxBytes) break
      if (this.#evict(hash)) deleted++
    }
    return deleted
  }

  #evict(hash: string): boolean {
    this.#namespace.bytes -= this.#namespace.kept.get(hash)?.bytes ?? 0
    return this.#namespace.kept.delete(hash)
  }
}

function describe({ id, promised, waitsFor }: HeldLease): LeaseHolder {
  return { id, ...(promised && { promised }), ...(waitsFor.length > 0 && { waitsFor }) }
}

/** Whether the entry can no longer be served, not even as a stale one. */
function mayBeDropped({ expiresAt, staleUntil }: Entry, now: number): boolean {
  return expiresAt !== undefined && Math.max(expiresAt, staleUntil ?? expiresAt) <= now
}

/** Copies an entry, since its bytes and tags are mutable. */
function copyEntry(entry: Entry): Entry {
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
