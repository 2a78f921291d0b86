import type { Lease, Mode } from '@persist/store'
import type { Flight } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'
import { HeldLease } from '../state/held-lease.ts'
import type { CacheKey } from './cache-key.ts'

// Global symbol: all wrappings of one function in a thread share this map, even across two copies of core.
const HELD = Symbol.for('@persist/core/held@1')
const shared = globalThis as { [HELD]?: Map<string, Flight> }
shared[HELD] ??= new Map()
const held = shared[HELD]

/** The flight of this thread that holds the lease on an entry, from any wrapping of the function. */
export function ownLeaseHolder(context: Context, cacheKey: Pick<CacheKey, 'hash'>): Flight | undefined {
  return held.size === 0 ? undefined : held.get(leaseNameOf(context, cacheKey))
}

/** Whether any flight of this thread holds a lease. */
export function hasOwnLeases(): boolean {
  return held.size > 0
}

/** Records that a flight holds the lease, until the flight ends. */
export function noteOwnLease(context: Context, cacheKey: CacheKey, flight: Flight, lease: Lease<Mode>): void {
  const name = leaseNameOf(context, cacheKey)
  held.set(name, flight)
  flight.lease = new HeldLease(lease, context.circuit)
  flight.dropLease = () => {
    flight.lease?.end()
    flight.lease = undefined
    if (held.get(name) === flight) held.delete(name)
  }
}

/** The name of the lease on an entry, among all those of this thread. */
export function leaseNameOf({ adapter, namespace }: Context, { hash }: Pick<CacheKey, 'hash'>): string {
  return `${adapter.name}\0${namespace}\0${hash}`
}
