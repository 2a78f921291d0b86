import type { PersistError } from '@persist/errors'

// The whole contract is in this one file, longer than others, so that the author of a store can read it from top to bottom.

/** Whether a store answers at once or with promises. Fixed when the adapter is made, never per call. */
export type Mode = 'sync' | 'async'

/** What a method of a store of mode `M` returns. */
export type Reply<M extends Mode, T> = M extends 'sync' ? T : Promise<T>

/** What a listing of a store of mode `M` returns: lazy, in no order, in bounded memory. */
export type Listing<M extends Mode, T> = M extends 'sync' ? Iterable<T> : AsyncIterable<T>

/** All that is known of an entry but its payload. */
export interface Head {
  /** Identity inside the namespace. */
  readonly hash: string
  /** The pickled key, with `storekey`. */
  readonly key?: string
  /** Digest of the canonical key, where the hash is the user's own: it shows a collision. */
  readonly keyDigest?: string
  /** What the `metadata` option gave. */
  readonly metadata?: string
  /** What the `version` and `dependsOn` options gave. */
  readonly version?: string
  /** Digest of the function's source at that time: it shows that the function was edited since. */
  readonly source?: string
  /** Short digests of the parts of the key, from which `f.explain` finds what differs from another call. */
  readonly keyParts?: string
  /** Names for {@link Store.deleteByTag}. */
  readonly tags?: readonly string[]
  /** Milliseconds since 1970, by the writer's clock. */
  readonly createdAt: number
  /** Milliseconds since 1970; absent: never. */
  readonly expiresAt?: number
  /**
   * Milliseconds since 1970: until then an expired entry may still be served (`staleWhileRevalidate`, `staleIfError`), so
   * neither `prune` nor the expiry of a server removes it before. Absent: `expiresAt`.
   */
  readonly staleUntil?: number
  /** How long the function took, in milliseconds. */
  readonly durationMs?: number
  /** The function had answered with a promise. */
  readonly promised?: boolean
  /** What the function read and called, with the `trace` option: one line each, which only core understands. */
  readonly inputs?: readonly string[]
  /**
   * How the payload was made of what the pickle gave, first step first, as in `['utf8', 'gzip', 'aes-256-gcm:Xq3…']`. Absent:
   * it is what the pickle gave. With a step of encryption `key` is encrypted too. Core reads it; a store only keeps it.
   */
  readonly codecs?: readonly string[]
}

/** What is stored for one call. */
export interface Entry extends Head {
  /** Exactly what core gave: text comes back as text, bytes as bytes. */
  readonly payload: string | Uint8Array
}

/** A head as a listing gives it, with the size of the payload in bytes. */
export interface ListedHead extends Head {
  readonly bytes: number
}

/** Bounds on the entries of one namespace. An entry that alone is larger than `maxBytes` is deleted before any other. */
export interface Bounds {
  readonly maxEntries?: number
  readonly maxBytes?: number
}

/** What core hands to {@link StoreAdapter.open}. */
export interface OpenOptions {
  /** Kept by the store, approximately, least recently used first, never in the caller's way. */
  readonly bounds?: Bounds
  /** Called with each problem that costs no caller a value: a damaged entry, an index that could not be made, a lost connection. */
  readonly report?: (problem: PersistError) => void
  /**
   * Nothing is changed: no folder is made, a damaged entry stays where it is, and no use is noted. A method that would change
   * something fails with `ERR_PERSIST_STORE_READ_ONLY`, also `lease` and `tagFence.record`. Declared by `supports.readOnly`.
   * Default: `false`.
   */
  readonly readOnly?: boolean
}

/**
 * A time-limited, exclusive right to compute one entry. A holder that has lost it (it ran out, or the entry was set, deleted
 * or cleared meanwhile) can no longer publish.
 */
export interface Lease<M extends Mode = Mode> {
  /**
   * `true`: taking it has shown that there was no entry under the hash, not even an expired one; then core does not look
   * once more before it computes, which saves a round trip. Leave it out where taking a lease does not show it.
   */
  readonly foundNothing?: boolean
  /** The {@link LeaseHolder.id} under which others see this lease. */
  readonly id?: string
  /**
   * Notes, for those who wait, that the function answered with a promise: see {@link LeaseHolder.promised}. Core calls it
   * for functions that are not declared asynchronous.
   */
  promised?(): Reply<M, void>
  /**
   * Notes, for those who wait, which leases the holder waits for: see {@link LeaseHolder.waitsFor}. The ids take the place
   * of those that were noted before; none: it waits for no lease any more. Core gives at most 100 ids, of at most 200
   * characters each, once a wait has lasted a little. A lease that was lost notes nothing.
   */
  waitsFor?(ids: readonly string[]): Reply<M, void>
  /**
   * Puts the entry in place and ends the lease, in one step. `false`: the lease was lost, nothing was written. After a failure
   * with `ERR_PERSIST_STORE_UNAVAILABLE` or `ERR_PERSIST_STORE_BUSY` core calls it again, maybe after the lease's time: it still
   * succeeds unless another process has taken the lease, or set or deleted the entry.
   */
  publish(entry: Entry): Reply<M, boolean>
  /** Holds it for another `ms`. `false`: lost. */
  renew(ms: number): Reply<M, boolean>
  /** Gives it back unused. Touches only this very lease. */
  release(): Reply<M, void>
}

/** What is known of the lease of another holder. */
export interface LeaseHolder {
  /** Distinguishes this lease from every other one of the hash, earlier and later. */
  readonly id: string
  /** The holder noted that its function answers with a promise: then a waiting thread must not be blocked. */
  readonly promised?: boolean
  /**
   * The ids of the leases that the holder noted that it waits for, itself or through other holders; they may be leases of
   * other stores. A call that holds one of these would wait in a ring. Without the note a ring ends after `waitTimeout`.
   * Others may have written it: give at most 100 strings of at most 200 characters, and nothing else.
   */
  readonly waitsFor?: readonly string[]
}

/** How to take a lease. */
export interface LeaseOptions {
  /**
   * `true`: takes it even from a live holder, who then cannot publish: for a refresh. An `id`: takes it from that holder
   * only. If the lease has ended meanwhile (its entry may have been deleted), the reply is `undefined`.
   */
  readonly steal?: boolean | string
  /** Called before the reply `undefined`, where the store knows the holder. */
  readonly onHeld?: (holder: LeaseHolder) => void
}

/**
 * The order of a namespace's deletions by tag, across processes: a computation that began before one must not store what
 * was deleted. Core records a deletion before it deletes, takes a mark before a tagged computation begins, and asks
 * before and after it publishes.
 */
export interface TagFence<M extends Mode = Mode> {
  /** The present point in the order. */
  mark(): Reply<M, string>
  /** Notes that the entries with this tag are deleted now. */
  record(tag: string): Reply<M, void>
  /** Whether one of the tags was recorded after the mark; `true` also where the store no longer knows. */
  hasDeleted(mark: string, tags: readonly string[]): Reply<M, boolean>
}

/** One namespace of a store, opened. Every method may be called at any time, also concurrently. */
export interface Store<M extends Mode = Mode> {
  /** The entry, which may be expired (core judges, by its clock); `undefined` also for a damaged one, after a report. */
  get(hash: string): Reply<M, Entry | undefined>
  /**
   * As `get`, for a store of mode `sync` whose large entries take long to read: core calls it for functions that return
   * promises anyway. A small entry is returned at once; the promise of a large one does not block the thread meanwhile.
   * Default: core calls `get`.
   */
  getAsync?(hash: string): Entry | undefined | Promise<Entry | undefined>
  /** As many `get`s in one round trip, in the order of `hashes`. Declared by `supports.many`. */
  getMany?(hashes: readonly string[]): Reply<M, (Entry | undefined)[]>
  /** All of it or nothing. Ends a lease on the hash: a computation that still runs cannot overwrite it. */
  set(entry: Entry): Reply<M, void>
  /** `true`: there was one. Ends a lease on the hash: a computation that still runs cannot bring it back. */
  delete(hash: string): Reply<M, boolean>
  /** Deletes the entries of this namespace and ends its leases. Returns how many entries there were. */
  clear(): Reply<M, number>
  /** Every entry, whole. Entries written or deleted meanwhile may or may not appear; none appears twice. */
  entries(): Listing<M, Entry>
  /** Every entry without its payload. */
  heads(): Listing<M, ListedHead>
  /** How many entries, and how many bytes they take in the store; may be approximate where the store says so. */
  stats(): Reply<M, { readonly entries: number; readonly bytes: number }>
  /**
   * Deletes what may not be served any more at `now` (milliseconds since 1970; `staleUntil`, else `expiresAt`, is at or
   * before it), then down to the bounds. Returns how many.
   */
  prune(now: number, bounds?: Bounds): Reply<M, number>
  /** Deletes every entry with the tag. Returns how many. Declared by `supports.tags`; core walks the heads without it. */
  deleteByTag?(tag: string): Reply<M, number>
  /**
   * The right to compute `hash` for `ms`, renewable. `undefined`: a live holder has it. A holder that died, or that
   * showed no sign of life for its `ms` by the asker's own monotonic clock, loses it to the next asker; so asking again
   * and again is how one waits. Declared by `supports.lease`.
   */
  lease?(hash: string, ms: number, options?: LeaseOptions): Reply<M, Lease<M> | undefined>
  /** Deletions by tag reach computations of other processes. Without it they reach those of this process only. */
  readonly tagFence?: TagFence<M>
}

/** What a store can do. Core asks these, never `typeof`. */
export interface Supports {
  /** `lease`: one computation across processes. */
  readonly lease: boolean
  /** `getMany`: many entries in one round trip. */
  readonly many: boolean
  /** `deleteByTag` without a walk over all heads. */
  readonly tags: boolean
  /** `bounds` at `open` are kept by the store itself. */
  readonly bounds: boolean
  /** Entries outlive the process. */
  readonly persistent: boolean
  /**
   * Stores have a {@link Store.tagFence}: a deletion by tag reaches computations of other processes, too. (`forget` and
   * `clear` reach them by `lease`.) Default: `false`.
   */
  readonly tagFence?: boolean
  /** `readOnly` at `open`. Default: `false`, and the option changes nothing. */
  readonly readOnly?: boolean
  /**
   * Others than core write entries too, as programs in another language, and those have no `keyDigest`. Core compares
   * their stored key, and trusts their hash where there is none. Default: `false`, such an entry is a miss.
   */
  readonly foreign?: boolean
}

/**
 * A folder, a server, a Map: whatever keeps entries. Prove an implementation with `@persist/store/conformance`.
 *
 * @example
 * ```ts
 * const double = persist((x: number) => 2 * x, { funcname: 'double', cache: myAdapter })
 * ```
 */
export interface StoreAdapter<M extends Mode = Mode> {
  readonly mode: M
  readonly supports: Supports
  /** The store as a person would name it, without secrets; equal for adapters of one and the same place. */
  readonly name: string
  /** How long core asks a lease for, in milliseconds; renewed every quarter of it. Default: 30,000. */
  readonly leaseMs?: number
  /** Cheap: connects and makes folders on first use. */
  open(namespace: string, options?: OpenOptions): Store<M>
  /** Throws `HashError` for a hash that cannot name an entry here. Core calls it before the function runs. */
  checkHash?(hash: string): void
  /**
   * Fails, in bounded time, while the store cannot be reached. A method that fails with `ERR_PERSIST_STORE_UNAVAILABLE`
   * makes core call through without the store until a `ping` in the background succeeds; without `ping`, for a while. One that
   * fails with `ERR_PERSIST_STORE_BUSY` may succeed a moment later: core stores results and makes deletions again then, and goes
   * on with the store.
   */
  ping?(): Reply<M, void>
  /**
   * The namespaces that have entries, each once, for work on a store as a whole: listing, copying, tidying. Some
   * that have become empty may be among them, and a name that the store keeps only as a digest is not.
   */
  namespaces?(): Listing<M, string>
  /**
   * Whether anything was ever stored here; it makes nothing. A command can then distinguish a wrong name from an empty store.
   * Leave it out where a look does not show it, as on a server that makes databases on first use.
   */
  exists?(): Reply<M, boolean>
  /** Lets go of files and connections. Calling it twice is fine, and so is using the adapter again afterwards. */
  close(): Reply<M, void>
}
