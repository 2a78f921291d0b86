import type { Lease, Mode } from '@persist/store'
import type { Flight } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'
import { HeldLease } from '../state/held-lease.ts'
import type { CacheKey } from './cache-key.ts'

// On a well-known symbol: two wrappings of one function, also by two copies of core, wait for each other as flights do.
const HELD = Symbol.for('@persist/core/held@1')
const shared = globalThis as { [HELD]?: Map<string, Flight> }
shared[HELD] ??= new Map()
const held = shared[HELD]

/** The flight of this thread that holds the lease on an entry, whichever wrapping of the function started it. */
export function ownLeaseHolder(context: Context, cacheKey: CacheKey): Flight | undefined {
  return held.get(nameOf(context, cacheKey))
}

/** Notes that a flight took the lease; its end takes the note away. */
export function noteOwnLease(context: Context, cacheKey: CacheKey, flight: Flight, lease: Lease<Mode>): void {
  const name = nameOf(context, cacheKey)
  held.set(name, flight)
  flight.lease = new HeldLease(lease, context.circuit)
  flight.dropLease = () => {
    flight.lease?.end()
    flight.lease = undefined
    if (held.get(name) === flight) held.delete(name)
  }
}

function nameOf({ adapter, namespace }: Context, { hash }: CacheKey): string {
  return `${adapter.name}\0${namespace}\0${hash}`
}
