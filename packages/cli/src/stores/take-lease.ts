import { setTimeout as sleep } from 'node:timers/promises'
import type { Lease, LeaseOptions, Store, StoreAdapter } from '@persist/store'

const LEASE_MS = 30_000
/** Stores note that a lease has not changed after a thirtieth of its time, since most leases end earlier. */
const SECOND_LOOK_AFTER = 1 / 25
/** Stores note one lease in 20 ms, so the second looks come one after the other. */
const REST_MS = 25
/** A killed command leaves 64 leases at most; second looks at thousands that programs hold would take minutes. */
const MOST_SECOND_LOOKS = 256

let secondLooks = 0
let lastLook: Promise<unknown> = Promise.resolve()

/**
 * Takes the lease of an entry. `undefined`: another process holds it, also at a second look a second later. A process that
 * looks once leaves no note of it, so a lease whose holder was killed would look alive to each run of the command. Three
 * runs with notes find that the holder has died, if the lease's time is over by then.
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
  const second = lastLook.then(async () => {
    await sleep(REST_MS)
    return store.lease!(hash, ms, options)
  })
  lastLook = second.catch(() => {})
  return second
}

/** How long a lease of the command holds without a renewal. */
export function leaseMsOf({ leaseMs = LEASE_MS }: StoreAdapter): number {
  return leaseMs
}
