import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { OpenOptions, Store, StoreAdapter } from '@persist/store'
import { type FileSystem, realFileSystem } from './file-system.ts'
import { checkHash } from './hash-check.ts'
import { Layout } from './layout.ts'
import { NamespaceStore } from './namespace-store.ts'
import type { Clock, Plan } from './plan.ts'
import { Root } from './root.ts'
import { crcSeal, hmacSeal } from './seal.ts'
import { Tokens } from './tokens.ts'

/** How a folder is used. */
export interface DiskStoreOptions {
  /** Every write reaches the disk before it counts: `fsync` of file and folder, 3 to 8 times as slow. Default: `false`. */
  readonly durable?: boolean
  /** Entries are sealed with an HMAC of it; what somebody without it wrote counts as damaged. Default: a checksum. */
  readonly secret?: string | Uint8Array
  /** How long core asks a lease for, in milliseconds. Default: 30,000. */
  readonly leaseMs?: number
  /** Synchronous calls of `node:fs`, to watch them or to make them fail. Default: `node:fs`. */
  readonly fileSystem?: FileSystem
  /** Default: `Date.now` and `performance.now`. */
  readonly clock?: Clock
}

/**
 * A folder as a store: one readable file an entry, made by one rename. Made on the first write; a relative path counts
 * from the current folder of this moment.
 *
 * @throws StoreError from every verb, if the folder is of a newer format, or the disk full, or not to be written.
 * @example
 * ```ts
 * const double = persist((x: number) => 2 * x, { funcname: 'double', cache: diskStore('./cache', { durable: true }) })
 * ```
 */
export function diskStore(dir: string | URL, options: DiskStoreOptions = {}): StoreAdapter<'sync'> {
  const plan = makePlan(resolve(dir instanceof URL ? fileURLToPath(dir) : dir), options)
  const root = new Root(plan.fs, plan.dir)
  const tokens = new Tokens(plan, root)
  return {
    mode: 'sync',
    supports: { lease: true, many: false, tags: false, bounds: false, persistent: true },
    name: plan.dir,
    leaseMs: plan.leaseMs,
    open: (namespace: string, opened?: OpenOptions): Store<'sync'> =>
      new NamespaceStore(plan, root, tokens, namespace, opened),
    checkHash,
    close: () => root.forget(),
  }
}

function makePlan(dir: string, options: DiskStoreOptions): Plan {
  const { durable = false, secret, leaseMs = 30_000, fileSystem = realFileSystem, clock = realClock } = options
  return {
    dir,
    layout: new Layout(dir),
    durable,
    leaseMs,
    fs: fileSystem,
    clock,
    seal: secret === undefined ? crcSeal : hmacSeal(secret),
  }
}

const realClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() }
