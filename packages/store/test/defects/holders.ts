import type { LeaseHolder } from '@persist/store'
import { wrapped } from './leases.ts'
import { async, type Defects, shared, sync } from './planted.ts'

const SHOWN = 'a caller that is refused a lease learns the id of its holder before the reply'
const ENDED = 'steal with an id takes nothing where that lease has ended'

/** Leases whose holders are not shown as they are, or are stolen from by the wrong ones. */
export const holders: Defects = {
  'the id is that of the hash': sync(
    'every lease has an id that no other one has, earlier or later',
    (store, { namespace }) => ({
      lease(hash, ms, options) {
        const lease = store.lease!(hash, ms, options)
        return lease && { ...lease, id: `${namespace} ${hash}` }
      },
    }),
  ),
  'the holder is kept a secret': sync(SHOWN, (store) => ({
    lease: (hash, ms, options) => store.lease!(hash, ms, { steal: options?.steal ?? false }),
  })),
  'another id is shown': sync(SHOWN, (store) => ({
    lease: (hash, ms, options) =>
      store.lease!(
        hash,
        ms,
        shown(options, ({ id, ...rest }) => ({ ...rest, id: `${id} ` })),
      ),
  })),
  'the holder is shown after the reply': sync(SHOWN, (store) => ({
    lease: (hash, ms, options) =>
      store.lease!(hash, ms, {
        ...options,
        onHeld: (holder) => void setImmediate(() => options?.onHeld?.(holder)),
      }),
  })),
  'a caller that gets the lease is shown as its holder': sync(
    'a caller that gets a lease is shown no holder',
    (store) => ({
      lease(hash, ms, options) {
        const lease = store.lease!(hash, ms, options)
        if (lease) options?.onHeld?.({ id: lease.id! })
        return lease
      },
    }),
  ),
  'a promise ends the lease': wrapped(
    'a holder whose function answers with a promise says so to all who ask, and keeps its lease',
    (lease) => ({ promised: () => lease.release() }),
  ),
  'a promise is not passed on': sync(
    'a holder whose function answers with a promise says so to all who ask, and keeps its lease',
    (store) => ({
      lease: (hash, ms, options) =>
        store.lease!(
          hash,
          ms,
          shown(options, ({ id }) => ({ id })),
        ),
    }),
  ),
  'a promise is remembered by hash': sync(
    'a holder whose function answers with a promise says so to all who ask, and keeps its lease',
    (store, { place }) => ({
      lease(hash, ms, options) {
        const promised = (holder: LeaseHolder) => ({ ...holder, promised: shared(place).has(hash) })
        const lease = store.lease!(hash, ms, shown(options, promised))
        return lease && { ...lease, promised: () => void shared(place).set(hash, true) }
      },
    }),
  ),
  'a promise brings a lost lease back': wrapped(
    'a holder that lost its lease says nothing of the next one',
    (_, __, again) => ({
      promised: () => void again({ steal: true }),
    }),
  ),
  'a lost holder speaks for the next one': sync(
    'a holder that lost its lease says nothing of the next one',
    (store, { place }) => ({
      lease(hash, ms, options) {
        const lease = store.lease!(hash, ms, options)
        if (!lease) return undefined
        shared(place).set(hash, lease)
        return { ...lease, promised: () => (shared(place).get(hash) as typeof lease).promised?.() }
      },
    }),
  ),
  'an id cannot be stolen from': sync(
    'steal with an id takes the lease from that holder, who cannot publish any more',
    (store) => ({
      lease: (hash, ms, options) => store.lease!(hash, ms, { ...options, steal: options?.steal === true }),
    }),
  ),
  'a holder whose lease was stolen by id may still publish': wrapped(
    'steal with an id takes the lease from that holder, who cannot publish any more',
    (lease, store) => ({ publish: (entry) => lease.publish(entry) || store.set(entry) === undefined }),
  ),
  'an id takes a free lease, too': sync(ENDED, (store) => ({
    lease(hash, ms, options) {
      const free = store.lease!(hash, ms)
      free?.release()
      return store.lease!(hash, ms, free && typeof options?.steal === 'string' ? {} : options)
    },
  })),
  'an id takes the lease from any holder': sync(
    'steal with an id takes nothing from another holder, who is shown',
    (store) => ({
      lease: (hash, ms, options) => store.lease!(hash, ms, { ...options, steal: options?.steal !== undefined }),
    }),
  ),
  'a thief by id looks first and takes then': async('one of many thieves with one id wins', (store) => ({
    async lease(hash, ms, options) {
      if (typeof options?.steal !== 'string') return store.lease!(hash, ms, options)
      const met: string[] = []
      await store.lease!(hash, ms, { onHeld: ({ id }) => void met.push(id) })
      return met[0] === options.steal ? store.lease!(hash, ms, { steal: true }) : undefined
    },
  })),
  'a theft by id does not end the lease': sync(
    'exactly one of a thief with an id and a holder who publishes at the same time has the lease',
    (store, { place }) => ({
      lease(hash, ms, options) {
        const known = shared(place)
        const lease = store.lease!(hash, ms, options)
        if (!lease) return undefined
        const mine = {
          ...lease,
          publish: (entry: Parameters<typeof lease.publish>[0]) => store.set(entry) === undefined,
        }
        known.set(hash, mine)
        return mine
      },
    }),
  ),
  'a theft outlives a delete': sync('a delete beside a theft ends the lease of either holder', (store) => ({
    lease(hash, ms, options) {
      const lease = store.lease!(hash, ms, options)
      const isTheft = typeof options?.steal === 'string'
      return lease && { ...lease, ...(isTheft && { publish: (entry) => store.set(entry) === undefined }) }
    },
  })),
}

function shown<T extends { onHeld?: (holder: LeaseHolder) => void }>(
  options: T | undefined,
  alter: (holder: LeaseHolder) => LeaseHolder,
): T {
  return { ...options, onHeld: (holder: LeaseHolder) => options?.onHeld?.(alter(holder)) } as T
}
