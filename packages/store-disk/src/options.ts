import { types } from 'node:util'
import { bootClock } from '@persist/store/holder'
import { checkStoreOptions, type OptionChecks, POSITIVE_MS, TRUE_OR_FALSE } from '@persist/store/kit'
import { type FileSystem, realFileSystem } from './files/file-system.ts'
import { retryOnWindows } from './files/retry-on-windows.ts'
import { Layout } from './folder/layout.ts'
import { crcIntegrity, hmacIntegrity } from './format/integrity.ts'
import type { Clock, ResolvedOptions } from './resolved-options.ts'

/** How a folder is used. */
export interface DiskStoreOptions {
  /** A result counts as stored only when the disk has it: `fsync` of file and folder, 3 to 8 times as slow. Default: `false`. */
  readonly durable?: boolean | undefined
  /** Entries are sealed with an HMAC of it, so that no one without it can forge one. Default: a checksum. */
  readonly secret?: string | Uint8Array | undefined
  /** How long a lease holds without a sign of life, in milliseconds; core renews it every quarter. Default: 30,000. */
  readonly leaseMs?: number | undefined
  /**
   * How an entry lies in the folder. `'pypersist'`: as pypersist 1.1 for Python has it (`<hash>.out`, `.key`, `.meta`,
   * `.lock`), so that programs in both languages use one folder; without leases. Also `file://dir?layout=pypersist`.
   * Default: `'entries'`, one file an entry.
   */
  readonly layout?: 'entries' | 'pypersist' | undefined
  /** The synchronous calls of `node:fs` that are used: to watch them, or to make them fail. Default: `node:fs`. */
  readonly fileSystem?: FileSystem | undefined
  /** Default: `Date.now`, `performance.now`, and the kernel's uptime where it shows one. */
  readonly clock?: Clock | undefined
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null

const CHECKS: OptionChecks<DiskStoreOptions> = {
  durable: TRUE_OR_FALSE,
  secret: ['a string or bytes, and not empty', (value) => isSecret(value) && value.length > 0],
  leaseMs: POSITIVE_MS,
  layout: ["'entries' or 'pypersist'", (value) => value === 'entries' || value === 'pypersist'],
  fileSystem: ['an object like node:fs', isObject],
  clock: ['an object with now and monotonic', isObject],
}

const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  get shared() {
    return bootClock()
  },
}

/** The options, checked and completed. */
export function resolveOptions(dir: string, options: DiskStoreOptions): ResolvedOptions {
  checkStoreOptions('diskStore', options, CHECKS)
  const { durable = false, secret, leaseMs = 30_000, fileSystem = realFileSystem, clock = realClock } = options
  return {
    dir,
    layout: new Layout(dir),
    durable,
    leaseMs,
    fs: process.platform === 'win32' ? retryOnWindows(fileSystem) : fileSystem,
    clock,
    integrity: secret === undefined ? crcIntegrity : hmacIntegrity(secret),
  }
}

function isSecret(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || types.isUint8Array(value)
}
