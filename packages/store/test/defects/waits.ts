import type { Lease, LeaseHolder, LeaseOptions } from '@persist/store'
import { wrapped } from './leases.ts'
import { type Defects, shared, sync } from './planted.ts'

const SAID = 'a holder that waits says for which leases to all who ask, and keeps its lease'
const ALONE = 'the waits of a lease are of that lease alone'
const LOST = 'a holder that lost its lease says nothing of what the next one waits for'
const WHOLE = 'an entry that is published after a wait is whole, and the next lease says nothing of the wait'

/** Leases that say wrongly what their holders wait for. */
export const waits: Defects = {
  'a wait ends the lease': wrapped(SAID, (lease) => ({ waitsFor: () => lease.release() })),
  'a wait is not passed on': sync(SAID, (store) => ({
    lease: (hash, ms, options) =>
      store.lease!(
        hash,
        ms,
        shown(options, ({ waitsFor: _, ...rest }) => rest),
      ),
  })),
  'waits pile up': wrapped(SAID, (lease) => {
    const all: string[] = []
    return {
      waitsFor(ids) {
        all.push(...ids)
        return lease.waitsFor!(all)
      },
    }
  }),
  'a few waits have room': wrapped(SAID, (lease) => ({ waitsFor: (ids) => lease.waitsFor!(ids.slice(0, 50)) })),
  'long ids are cut': wrapped(SAID, (lease) => ({
    waitsFor: (ids) => lease.waitsFor!(ids.map((id) => id.slice(0, 100))),
  })),
  'the last wait stays': wrapped(SAID, (lease) => ({
    waitsFor: (ids) => (ids.length > 0 ? lease.waitsFor!(ids) : undefined),
  })),
  'a renewal wipes waits out': wrapped(SAID, (lease) => ({
    renew: (ms) => lease.waitsFor!([]) === undefined && lease.renew(ms),
  })),
  'a promise wipes waits out': wrapped(SAID, (lease) => ({
    promised: () => lease.waitsFor!([]) ?? lease.promised!(),
  })),
  'all leases of a place share their waits': sync(ALONE, (store, { place }) => ({
    lease(hash, ms, options) {
      const lease = store.lease!(hash, ms, shown(options, sharedWaits(place)))
      return lease && { ...lease, waitsFor: (ids) => void shared(place).set('waits', ids) }
    },
  })),
  'waits are remembered by hash': sync(WHOLE, (store, { place, namespace }) => ({
    lease(hash, ms, options) {
      const key = `${namespace} ${hash}`
      const lease = store.lease!(hash, ms, shown(options, sharedWaits(place, key)))
      return lease && { ...lease, waitsFor: (ids) => void shared(place).set(key, ids) }
    },
  })),
  'a long note is longer than the entry': wrapped(WHOLE, (lease) => {
    let length = 0
    return {
      waitsFor(ids) {
        length = ids.join().length
        return lease.waitsFor!(ids)
      },
      publish: (entry) => lease.publish(length > 1000 ? { ...entry, payload: `${entry.payload}${length}` } : entry),
    }
  }),
  'a wait brings a lost lease back': wrapped(LOST, (lease, _, again) => ({
    waitsFor: (ids) => (again() ?? lease).waitsFor!(ids),
  })),
  'a lost holder waits for the next one': sync(LOST, (store, { place }) => ({
    lease(hash, ms, options) {
      const lease = store.lease!(hash, ms, options)
      if (!lease) return undefined
      shared(place).set(hash, lease)
      return { ...lease, waitsFor: (ids) => (shared(place).get(hash) as Lease<'sync'>).waitsFor?.(ids) }
    },
  })),
}

function sharedWaits(place: string, key = 'waits') {
  return (holder: LeaseHolder) => ({ ...holder, waitsFor: (shared(place).get(key) as string[] | undefined) ?? [] })
}

function shown(options: LeaseOptions | undefined, alter: (holder: LeaseHolder) => LeaseHolder): LeaseOptions {
  return { ...options, onHeld: (holder: LeaseHolder) => options?.onHeld?.(alter(holder)) }
}
