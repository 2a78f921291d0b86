import { PersistError, StoreError } from '@persist/errors'
import type { Entry } from '@persist/store'
import { memoryStore } from '../../../core/src/stores/memory-store.ts'
import { type Defects, shared, sync } from './planted.ts'

const REPORTED = 'a damaged entry is a miss that is reported'

/** Damage and absence that show in the wrong way. */
export const trouble: Defects = {
  'a damaged entry is an error': damaged(REPORTED, () => {
    throw new Error('damaged')
  }),
  'a damaged entry is served': damaged(REPORTED, (entry) => entry),
  'a damaged entry is not reported': damaged(REPORTED, () => undefined),
  'a damaged entry stops the listing': {
    ...damaged('a damaged entry does not spoil the others, in no listing and no round trip', () => undefined),
  },
  'a damaged entry stays': damaged('a damaged entry is replaced by the next set', () => undefined, true),
  'an unreachable store is a miss': unreachable((_, method) => (method === 'get' ? undefined : fail('STORE'))),
  'an unreachable store fails without a code': unreachable(() => {
    throw new Error('ECONNREFUSED')
  }),
  'an unreachable store is an error of another kind': unreachable(() => {
    throw new PersistError('ERR_PERSIST_KEY', 'no')
  }),
  'an unreachable store fails at open': {
    caughtBy: 'a store that cannot be reached is opened and closed without an error',
    adapter: (place) => memoryStore(place),
    unreachable: () => ({ ...memoryStore(), open: () => fail('STORE_UNAVAILABLE') }),
  },
}

function fail(code: 'STORE' | 'STORE_UNAVAILABLE'): never {
  throw new StoreError(`ERR_PERSIST_${code}`, 'away', { store: 'x' })
}

/** A store in memory that knows which entries were damaged, and what it makes of them. */
function damaged(caughtBy: string, meet: (entry: Entry | undefined) => Entry | undefined, isFinal = false) {
  return sync(
    caughtBy,
    (store, { place }) => {
      const spoilt = shared(place)
      return {
        get: (hash) => (spoilt.has(hash) ? meet(store.get(hash)) : store.get(hash)),
        set(entry) {
          if (!isFinal) spoilt.delete(entry.hash)
          store.set(entry)
        },
        *entries() {
          for (const entry of store.entries()) {
            if (spoilt.has(entry.hash)) return
            yield entry
          }
        },
      }
    },
    { damage: (place, _, hash) => void shared(place).set(hash, true) },
  )
}

/** A store that is away, and what its methods do then. */
function unreachable(act: (entry: unknown, method: string) => unknown) {
  const away = new Proxy({}, { get: (_, method) => (argument: unknown) => act(argument, String(method)) })
  return {
    caughtBy: 'every method of a store that cannot be reached fails with a code of a StoreError',
    adapter: (place: string) => memoryStore(place),
    unreachable: () => ({ ...memoryStore(), open: () => away as never }),
  }
}
