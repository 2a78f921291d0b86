import { OptionError } from '@persist/errors'
import { nearest } from '@persist/store'
import { type FileSystem, realFileSystem } from './files/file-system.ts'
import { patient } from './files/patient.ts'
import { Layout } from './folder/layout.ts'
import { crcSeal, hmacSeal } from './format/seal.ts'
import type { Clock, Plan } from './plan.ts'

/** How a folder is used. */
export interface DiskStoreOptions {
  /** A result counts as stored only when the disk has it: `fsync` of file and folder, 3 to 8 times as slow. Default: `false`. */
  readonly durable?: boolean | undefined
  /** Entries are sealed with an HMAC of it, so that nobody without it can forge one. Default: a checksum. */
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
  /** Default: `Date.now` and `performance.now`. */
  readonly clock?: Clock | undefined
}

const CHECKS: Readonly<Record<keyof DiskStoreOptions, (value: unknown) => boolean>> = {
  durable: (value) => typeof value === 'boolean',
  secret: (value) => (typeof value === 'string' || value instanceof Uint8Array) && value.length > 0,
  leaseMs: (value) => typeof value === 'number' && value > 0 && Number.isFinite(value),
  layout: (value) => value === 'entries' || value === 'pypersist',
  fileSystem: (value) => typeof value === 'object' && value !== null,
  clock: (value) => typeof value === 'object' && value !== null,
}

const realClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() }

/** The options, checked and completed. */
export function makePlan(dir: string, options: DiskStoreOptions): Plan {
  check(options)
  const { durable = false, secret, leaseMs = 30_000, fileSystem = realFileSystem, clock = realClock } = options
  return {
    dir,
    layout: new Layout(dir),
    durable,
    leaseMs,
    fs: process.platform === 'win32' ? patient(fileSystem) : fileSystem,
    clock,
    seal: secret === undefined ? crcSeal : hmacSeal(secret),
  }
}

function check(options: DiskStoreOptions): void {
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue
    if (!Object.hasOwn(CHECKS, option)) {
      const near = nearest(option, Object.keys(CHECKS))
      const hint = near === undefined ? '' : `; did you mean ${near}?`
      throw new OptionError(`diskStore has no option ${option}${hint}`, { option, nearest: near })
    }
    if (!CHECKS[option as keyof DiskStoreOptions](value)) {
      throw new OptionError(`the option ${option} of diskStore is of the wrong type or empty`, { option })
    }
  }
}
