import type { Flight } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'
import type { CacheKey } from './cache-key.ts'
import type { Call } from './call.ts'

/** One call that may have to compute. */
export interface Computation {
  readonly context: Context
  readonly call: Call
  readonly cacheKey: CacheKey
  readonly flight: Flight
}
