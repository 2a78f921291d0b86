import type { BootClock } from '@persist/store/holder'
import type { FileSystem } from './files/file-system.ts'
import type { Layout } from './folder/layout.ts'
import type { Integrity } from './format/integrity.ts'

/** The clocks, all in milliseconds. */
export interface Clock {
  /** Since 1970; may jump. */
  now(): number
  /** Since any moment; never jumps. */
  monotonic(): number
  /** A clock that all processes of this machine share. Default: none, and each process watches the leases of others for itself. */
  readonly shared?: BootClock | undefined
}

/** The options, checked and completed: all parts of one adapter share them. */
export interface ResolvedOptions {
  readonly fs: FileSystem
  readonly clock: Clock
  /** The store's folder. */
  readonly dir: string
  readonly layout: Layout
  readonly durable: boolean
  readonly integrity: Integrity
  readonly leaseMs: number
}
