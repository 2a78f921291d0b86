import type { Entry } from '@persist/store'
import type { MemoryDeletions } from './memory-deletions.ts'
import type { MemoryLeases } from './memory-leases.ts'

/** The entries of one function in memory. */
export interface Namespace {
  /** Least recently used first. */
  readonly kept: Map<string, KeptEntry>
  readonly leases: MemoryLeases
  readonly deletions: MemoryDeletions
  bytes: number
}

/** An entry with its size. */
export interface KeptEntry {
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
const MEMORIES = Symbol.for('@persist/core/memory@3')
const shared = globalThis as { [MEMORIES]?: Memories }
shared[MEMORIES] ??= { named: new Map(), unnamed: 0, leasesTaken: 0 }
export const memories = shared[MEMORIES]

/** The stores without a name. */
export const privateStores = new WeakSet<object>()
