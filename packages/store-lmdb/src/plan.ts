import type { Environment } from './environment.ts'

/** What all namespaces of one adapter have in common. */
export interface Plan {
  /** The store as a person would name it. */
  readonly name: string
  readonly environment: Environment
  /** Milliseconds that never jump. */
  readonly monotonic: () => number
}
