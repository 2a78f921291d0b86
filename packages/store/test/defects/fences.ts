import type { Lease } from '@persist/store'
import { memoryStore } from '../../../core/src/stores/memory-store.ts'
import { wrapped } from './leases.ts'
import { async, type Defect, type Defects, shared, sync } from './planted.ts'

const IMPATIENT = { timeoutMs: 2_000 }

/** Leases that never end, or whose loss does not keep the late holder from publishing. */
export const fences: Defects = {
  'a set does not end the lease': unfenced('a set ends the lease: the holder cannot overwrite it', 'set'),
  'a delete does not end the lease': unfenced(
    'a delete ends the lease: the holder cannot bring the entry back',
    'delete',
  ),
  'a delete of nothing does not end the lease': sync(
    'a delete of what is only being computed ends the lease as well',
    (store) => ({ delete: (hash) => store.get(hash) !== undefined && store.delete(hash) }),
  ),
  'a clear does not end the leases': unfenced(
    'a clear ends the leases of its namespace: no holder can bring an entry back',
    'clear',
  ),
  'a set ends the leases of all entries': endingAll('set'),
  'a delete ends the leases of all entries': endingAll('delete'),
  'a deletion by tag ends the leases of all entries': endingAll('deleteByTag'),
  'a clear ends the leases of all namespaces': sync(
    'a clear leaves the leases of other namespaces alone',
    (store, { place }) => ({
      clear() {
        memoryStore(place).open('conformance').clear()
        return store.clear()
      },
    }),
  ),
  'a lease is known by its hash alone': sync(
    'a lease after a set, a delete or a steal is a new one, not the old one again',
    (store, { place }) => {
      const held = shared(place)
      return {
        delete(hash) {
          held.delete(hash)
          return store.delete(hash)
        },
        lease(hash) {
          if (held.has(hash)) return undefined
          held.set(hash, true)
          return {
            publish: (entry) => held.delete(hash) && store.set(entry) === undefined,
            renew: () => held.has(hash),
            release: () => void held.delete(hash),
          }
        },
      }
    },
  ),
  'a late holder asks first and writes then': async(
    'exactly one of a late holder and a thief at the same time publishes',
    (store) => ({
      async lease(hash, ms, options) {
        const lease = await store.lease!(hash, ms, options)
        return (
          lease && {
            ...lease,
            async publish(entry) {
              if (!(await lease.renew(ms))) return false
              await store.get(hash)
              await store.set(entry)
              return true
            },
          }
        )
      },
    }),
  ),
  'a silent holder keeps the lease forever': sync(
    'a holder that is silent for its time loses the lease to the next asker',
    (store) => ({ lease: (hash, _, options) => store.lease!(hash, Infinity, options) }),
    IMPATIENT,
  ),
  'a holder that lost its lease by silence may still publish': wrapped(
    'a holder that is silent for its time loses the lease to the next asker',
    (lease, store) => ({ publish: (entry) => lease.publish(entry) || store.set(entry) === undefined }),
  ),
  'renew only says so': wrapped('a holder that renews keeps the lease', () => ({ renew: () => true })),
  'a large entry is published past the fence': wrapped(
    'a large entry is published like a small one',
    (lease, store) => ({
      publish: (entry) => lease.publish(entry) || (entry.payload.length > 2 ** 20 && store.set(entry) === undefined),
    }),
  ),
}

/** A store whose leases live elsewhere, where one of the methods does not end them. */
function unfenced(caughtBy: string, method: 'set' | 'delete' | 'clear'): Defect {
  return sync(caughtBy, (store, { place, namespace }) => {
    const elsewhere = memoryStore(place).open(`leases of ${namespace}`)
    return {
      set(entry) {
        if (method !== 'set') elsewhere.delete(entry.hash)
        store.set(entry)
      },
      delete(hash) {
        if (method !== 'delete') elsewhere.delete(hash)
        return store.delete(hash)
      },
      clear() {
        if (method !== 'clear') elsewhere.clear()
        return store.clear()
      },
      lease(hash, ms, options) {
        const lease = elsewhere.lease!(hash, ms, options)
        return (
          lease && {
            ...lease,
            publish(entry) {
              if (!lease.renew(ms)) return false
              lease.release()
              store.set(entry)
              return true
            },
          }
        )
      },
    }
  })
}

/** A method that ends all leases of the namespace. */
function endingAll(method: 'set' | 'delete' | 'deleteByTag'): Defect {
  return sync('a change of another entry leaves the lease alone', (store, { place }) => {
    const held = shared(place) as Map<string, Lease<'sync'>>
    return {
      lease(hash, ms, options) {
        const lease = store.lease!(hash, ms, options)
        if (lease) held.set(hash, lease)
        return lease
      },
      [method](argument: never) {
        for (const lease of held.values()) lease.release()
        return store[method]!(argument)
      },
    }
  })
}
