import type { Flight } from '../concurrency/flight.ts'
import type { Plan } from '../context.ts'
import type { Identity } from './cache-key.ts'
import type { Call } from './call.ts'

/** One call that may have to compute. */
export interface Computation {
  readonly plan: Plan
  readonly call: Call
  readonly identity: Identity
  readonly flight: Flight
}
