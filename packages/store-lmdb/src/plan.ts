import type { Environment } from './environment.ts'
import type { LmdbLeaseObserver } from './lease-observer.ts'

/** What all namespaces of one adapter have in common. */
export interface Shared {
  /** The store as a person would name it. */
  readonly name: string
  readonly environment: Environment
  /** Watches the leases of others, in all namespaces together. */
  readonly observer: LmdbLeaseObserver
}
