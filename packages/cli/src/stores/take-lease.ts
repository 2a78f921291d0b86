import { setTimeout as sleep } from 'node:timers/promises'
import type { Lease, LeaseOptions, Store, StoreAdapter } from '@persist/store'

const LEASE_MS = 30_000
/** Stores note that a lease has not changed after a thirtieth of its time, since most leases end earlier. */
const SECOND_LOOK_AFTER = 1 / 25
/** Stores note one lease at a time, and rest for 20 ms between two. */
const REST_MS = 25
/** Beyond these a look at many leases that are held would take minutes. */
const MOST_SECOND_LOOKS = 1000

let secondLooks = 0
let resting = Promise.resolve()

/**
 * Takes the lease of an entry. `undefined`: another process holds it, also at a second look a second later. A process that
 * looks once leaves no note of it, so the lease of a process that was killed would look alive to each run of the command.
 * With these notes, it is lost at the third run at the latest.
 */
export async function takeLease(
  adapter: StoreAdapter,
  store: Store,
  hash: string,
  options: LeaseOptions = {},
): Promise<Lease | undefined> {
  const ms = leaseMsOf(adapter)
  const lease = await store.lease!(hash, ms, options)
  if (lease !== undefined || secondLooks === MOST_SECOND_LOOKS) return lease
  secondLooks++
  await sleep(ms * SECOND_LOOK_AFTER)
  resting = resting.then(() => sleep(REST_MS))
  await resting
  return store.lease!(hash, ms, options)
}

/** How long a lease of the command holds without a renewal. */
export function leaseMsOf({ leaseMs = LEASE_MS }: StoreAdapter): number {
  return leaseMs
}
