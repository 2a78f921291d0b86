import type { Lease, Mode } from '@persist/store'
import type { Succession } from '../concurrency/flight.ts'
import type { Found } from './lookup-result.ts'

/** How a request for the lease ended. */
export type LeaseResult =
  /** This call computes; without a lease if the store has none or fails. */
  | { readonly kind: 'acquired'; readonly lease: Lease<Mode> | undefined; readonly succession?: Succession }
  /** Another call has computed the result. */
  | { readonly kind: 'hit'; readonly found: Found<'fresh'> }
  /**
   * Another holder still has the lease after `waitTimeout`: compute, and store only if that lease is still held at the end.
   * Without `from` the store does not distinguish leases: store nothing.
   */
  | { readonly kind: 'timeout'; readonly from: string | undefined }
  /** The holder waits for this call, maybe through others, or its function made the call: compute, store nothing. */
  | { readonly kind: 'recursion' }

/** A result that permits storing. */
export type RightToStore = Exclude<LeaseResult, { kind: 'hit' | 'recursion' }>
