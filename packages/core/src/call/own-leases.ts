import type { Lease, Mode } from '@persist/store'
import type { Flight } from '../concurrency/flight.ts'
import type { Plan } from '../context.ts'
import { HeldLease } from '../state/held-lease.ts'
import type { Identity } from './cache-key.ts'

// On a well-known symbol: two wrappings of one function, also by two copies of core, wait for each other as flights do.
const HELD = Symbol.for('@persist/core/held@1')
const shared = globalThis as { [HELD]?: Map<string, Flight> }
shared[HELD] ??= new Map()
const held = shared[HELD]

/** The flight of this thread that holds the lease on an entry, whichever wrapping of the function started it. */
export function heldHere(plan: Plan, identity: Identity): Flight | undefined {
  return held.get(nameOf(plan, identity))
}

/** Notes that a flight took the lease; its end takes the note away. */
export function noteHeld(plan: Plan, identity: Identity, flight: Flight, lease: Lease<Mode>): void {
  const name = nameOf(plan, identity)
  held.set(name, flight)
  flight.lease = new HeldLease(lease, plan.circuit)
  flight.dropLease = () => {
    flight.lease?.end()
    flight.lease = undefined
    if (held.get(name) === flight) held.delete(name)
  }
}

function nameOf({ adapter, namespace }: Plan, { hash }: Identity): string {
  return `${adapter.name}\0${namespace}\0${hash}`
}
