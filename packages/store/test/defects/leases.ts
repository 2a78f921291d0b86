import type { Lease, LeaseOptions, Store } from '@persist/store'
import { memoryStore } from '../../../core/src/stores/memory-store.ts'
import { async, type Defect, type Defects, shared, sync } from './planted.ts'

const WHOLE = 'publish stores what set would store: every field, text as text and bytes as bytes'

/** Leases that go to two, or do not come back. */
export const leases: Defects = {
  'a lease is handed out twice': sync('a lease that is held is given to no other caller', (store) => ({
    lease: (hash, ms) => store.lease!(hash, ms, { steal: true }),
  })),
  'an adapter does not refuse itself': sync('a lease that is held is given to no other caller', (store) => {
    const mine = new Set<string>()
    return {
      lease(hash, ms, options) {
        const lease = store.lease!(hash, ms, { ...options, steal: options?.steal ?? mine.has(hash) })
        if (lease) mine.add(hash)
        return lease
      },
    }
  }),
  'a lease is looked up first and taken then': async(
    'one of many callers at once gets the lease',
    (store, { place }) => {
      const held = shared(place)
      return {
        async lease(hash, ms) {
          if (held.has(hash)) return undefined
          await store.get(hash)
          held.set(hash, true)
          return store.lease!(hash, ms, { steal: true })
        },
      }
    },
  ),
  'one lease for the whole namespace': sync(
    'leases of other hashes and other namespaces are other leases',
    (store) => ({
      lease: (_, ms, options) => store.lease!('all', ms, options),
    }),
  ),
  'one lease for a hash in all namespaces': sync(
    'leases of other hashes and other namespaces are other leases',
    (_, { place }) => ({
      lease: (hash, ms, options) => memoryStore(place).open('leases').lease!(hash, ms, options),
    }),
  ),
  'publish keeps the lease': wrapped('publish puts the entry in place and ends the lease', (lease, store, again) => ({
    publish: (entry) => lease.publish(entry) && again() !== undefined && store.get(entry.hash) !== undefined,
  })),
  'publish only says so': wrapped('publish puts the entry in place and ends the lease', (lease) => ({
    publish: () => lease.release() === undefined,
  })),
  'publish forgets tags': wrapped(WHOLE, (lease) => ({ publish: ({ tags: _, ...entry }) => lease.publish(entry) })),
  'publish forgets inputs': wrapped(WHOLE, (lease) => ({ publish: ({ inputs: _, ...entry }) => lease.publish(entry) })),
  'publish forgets how long an entry may be stale': wrapped(WHOLE, (lease) => ({
    publish: ({ staleUntil: _, ...entry }) => lease.publish(entry),
  })),
  'publish makes text of bytes': wrapped(WHOLE, (lease) => ({
    publish: (entry) => lease.publish({ ...entry, payload: Buffer.from(entry.payload).toString('latin1') }),
  })),
  'publish merges into what was there': wrapped(WHOLE, (lease, store) => ({
    publish: (entry) => lease.publish({ ...store.get(entry.hash), ...entry }),
  })),
  'publish twice': wrapped('a lease publishes once', (lease, store) => ({
    publish: (entry) => lease.publish(entry) || store.set(entry) === undefined,
  })),
  'a lease hides the old entry': wrapped(
    'the old entry is served while a lease is held over it',
    (_, store, __, hash) => {
      const old = store.get(hash)
      if (old) {
        store.delete(hash)
        store.lease!(hash, 60_000)
      }
      return {}
    },
  ),
  'every lease has found nothing': wrapped('a lease says that it found nothing only where there is no entry', () => ({
    foundNothing: true,
  })),
  'release does not give back': wrapped(
    'a lease that is given back goes to the next asker, and cannot publish any more',
    () => ({
      release() {},
    }),
  ),
  'a lease that was given back may still publish': wrapped(
    'a lease that is given back goes to the next asker, and cannot publish any more',
    (lease, store) => ({ publish: (entry) => lease.publish(entry) || store.set(entry) === undefined }),
  ),
  "release gives back another holder's lease": wrapped(
    'release touches only its own lease, and twice is fine',
    (_, store, __, hash) => ({
      release() {
        store.lease!(hash, 1, { steal: true })?.release()
      },
    }),
  ),
  'release deletes the entry': wrapped('release takes nothing from what was stored', (lease, store, _, hash) => ({
    release() {
      lease.release()
      store.delete(hash)
    },
  })),
  'a holder whose lease was stolen may still publish': wrapped(
    'steal takes the lease from a live holder, who cannot publish any more',
    (lease, store) => ({ publish: (entry) => lease.publish(entry) || store.set(entry) === undefined }),
  ),
  'steal asks politely': sync('steal takes the lease from a live holder, who cannot publish any more', (store) => ({
    lease: (hash, ms) => store.lease!(hash, ms),
  })),
  'steal needs a holder': sync('steal takes a free lease', (store, { place }) => ({
    lease(hash, ms, options) {
      const held = shared(place)
      if (options?.steal && !held.has(hash)) return undefined
      held.set(hash, true)
      return store.lease!(hash, ms, options)
    },
  })),
  'a lease is listed': sync('a lease is no entry', (store, { place }) => ({
    lease(hash, ms, options) {
      shared(place).set(hash, true)
      return store.lease!(hash, ms, options)
    },
    *heads() {
      yield* store.heads()
      for (const hash of shared(place).keys()) yield { hash, createdAt: 0, bytes: 0 }
    },
  })),
  'prune sweeps live leases away': sync('prune leaves a live lease alone', (store, { place }) => ({
    lease(hash, ms, options) {
      shared(place).set(hash, true)
      return store.lease!(hash, ms, options)
    },
    prune(now, bounds) {
      for (const hash of shared(place).keys()) store.lease!(hash, 1, { steal: true })?.release()
      return store.prune(now, bounds)
    },
  })),
  'only plain hashes have a lease of their own': sync(
    "a lease on a user's own hash holds for that hash alone",
    (store) => ({
      lease: (hash, ms, options) => store.lease!(hash.toLowerCase(), ms, options),
    }),
  ),
}

type Again = (options?: LeaseOptions) => Lease<'sync'> | undefined

/** A store whose leases have some methods replaced by defective ones. */
export function wrapped(
  caughtBy: string,
  alter: (lease: Lease<'sync'>, store: Store<'sync'>, again: Again, hash: string) => Partial<Lease<'sync'>>,
): Defect {
  return sync(caughtBy, (store) => ({
    lease(hash, ms, options) {
      const lease = store.lease!(hash, ms, options)
      return lease && { ...lease, ...alter(lease, store, (how) => store.lease!(hash, ms, how), hash) }
    },
  }))
}
