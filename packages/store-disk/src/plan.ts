import type { FileSystem } from './files/file-system.ts'
import type { Layout } from './folder/layout.ts'
import type { Seal } from './format/seal.ts'

/** The two clocks, both in milliseconds. */
export interface Clock {
  /** Since 1970; may jump. */
  now(): number
  /** Since any moment; never jumps. */
  monotonic(): number
}

/** The options, normalised: what all parts of one adapter share. */
export interface Plan {
  readonly fs: FileSystem
  readonly clock: Clock
  /** The store's folder. */
  readonly dir: string
  readonly layout: Layout
  readonly durable: boolean
  readonly seal: Seal
  readonly leaseMs: number
}
