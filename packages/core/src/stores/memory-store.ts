import type {
  Bounds,
  Entry,
  Lease,
  LeaseOptions,
  ListedHead,
  OpenOptions,
  Store,
  StoreAdapter,
  TagFence,
} from '@persist/store'
import { checkStoreOptions, type OptionChecks } from '@persist/store'
import { byteLength } from '../runtime/byte-length.ts'
import { MemoryDeletions } from './memory-deletions.ts'
import { MemoryLeases } from './memory-leases.ts'
import { type KeptEntry, memories, type Namespace, privateStores } from './memory-shared.ts'

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
  const adapter: StoreAdapter<'sync'> = {
    mode: 'sync',
    supports: { lease: true, many: true, tags: true, bounds: true, persistent: false, tagFence: true },
    name: `memory://${name ?? `#${++memories.unnamed}`}`,
    open: (namespace, { bounds }: OpenOptions = {}) =>
      new MemoryStore(
        getOrMake(namespaces, namespace, () => ({
          kept: new Map(),
          leases: new MemoryLeases(),
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
  if (name === undefined) privateStores.add(adapter)
  return adapter
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
    const kept = { entry: copyEntry(entry), bytes: byteLength(entry.payload) }
    this.delete(entry.hash)
    this.#namespace.kept.set(entry.hash, kept)
    this.#namespace.bytes += kept.bytes
    if (isTooLarge(kept, this.#bounds)) this.#evict(entry.hash)
    this.#shrink(this.#bounds)
  }

  delete(hash: string): boolean {
    this.#namespace.leases.end(hash)
    return this.#evict(hash)
  }

  clear(): number {
    const { size } = this.#namespace.kept
    this.#namespace.kept.clear()
    this.#namespace.leases.endAll()
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
    for (const kept of this.#walk()) {
      const goes = mayBeDropped(kept.entry, now) || isTooLarge(kept, bounds)
      if (goes && this.#evict(kept.entry.hash)) deleted++
    }
    return deleted + this.#shrink(bounds)
  }

  deleteByTag(tag: string): number {
    let deleted = 0
    for (const { entry } of this.#walk()) if (entry.tags?.includes(tag) && this.delete(entry.hash)) deleted++
    return deleted
  }

  lease(hash: string, ms: number, options?: LeaseOptions): Lease<'sync'> | undefined {
    const newId = () => `${++memories.leasesTaken}`
    return this.#namespace.leases.take(hash, ms, { ...options, store: this, monotonic: this.#monotonic, newId })
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

/** Whether the entry can no longer be served, not even as a stale one. */
function mayBeDropped({ expiresAt, staleUntil }: Entry, now: number): boolean {
  return expiresAt !== undefined && Math.max(expiresAt, staleUntil ?? expiresAt) <= now
}

/** Whether the entry alone is over the bounds. It goes first, since no deletion of others would help. */
function isTooLarge({ bytes }: KeptEntry, { maxBytes = Infinity }: Bounds = {}): boolean {
  return bytes > maxBytes
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
