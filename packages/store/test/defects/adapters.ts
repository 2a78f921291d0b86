import { StoreError } from '@persist/errors'
import type { Entry } from '@persist/store'
import { memoryStore } from '../../../core/src/stores/memory-store.ts'
import { adapter, async, bound, type Defects, shared, sync } from './planted.ts'

/** Adapters that say something untrue of themselves, and ends that are final. */
export const adapters: Defects = {
  'an asynchronous adapter that says it is synchronous': {
    caughtBy: 'mode is sync or async, and every reply is in that mode',
    adapter: (place) => ({ ...memoryStore(place), mode: 'async' }),
  },
  'a method with a promise among methods without': sync(
    'mode is sync or async, and every reply is in that mode',
    (store) => ({
      clear: () => Promise.resolve(store.clear()) as never,
    }),
  ),
  'a declared method is missing': sync(
    'supports says yes or no to everything, and the methods that it declares are there',
    () => ({
      getMany: undefined as never,
    }),
  ),
  'a method is there and not declared': adapter(
    'supports says yes or no to everything, and the methods that it declares are there',
    (sound) => ({
      supports: { ...sound.supports, lease: false },
    }),
  ),
  'every adapter has a name of its own': adapter('adapters of one place have one name', () => ({
    name: `memory ${Math.random()}`,
  })),
  'ping never succeeds': adapter('ping succeeds while the store can be reached', () => ({
    ping() {
      throw new StoreError('ERR_PERSIST_STORE_UNAVAILABLE', 'no', { store: 'x' })
    },
  })),
  'closing twice fails': adapter('closing twice is fine, also at the same time', () => {
    let closed = 0
    return {
      close() {
        // The third one is the suite's own.
        if (++closed === 2) throw new Error('already closed')
      },
    }
  }),
  'closing before use fails': adapter('an adapter that was never used may be closed', (sound) => {
    let used = false
    return {
      open(namespace) {
        used = true
        return sound.open(namespace)
      },
      close() {
        if (!used) throw new Error('not open')
      },
    }
  }),
  'closed is closed': adapter('a store that was opened before works after closing', (sound) => {
    let closed = false
    return {
      open: (namespace) => {
        const store = sound.open(namespace)
        return Object.assign(bound(store), {
          set(entry: Entry) {
            if (closed) throw new Error('closed')
            store.set(entry)
          },
        })
      },
      close() {
        closed = true
      },
    }
  }),
  'closing waits for listings': adapter(
    'a listing that was left half-way does not keep the store from closing',
    (sound) => {
      let open = 0
      return {
        open: (namespace) => {
          const store = sound.open(namespace)
          return Object.assign(bound(store), {
            *entries() {
              open++
              yield* store.entries()
              open--
            },
          })
        },
        close() {
          if (open > 0) throw new Error('a cursor is open')
        },
      }
    },
  ),
  'closing one closes all': adapter(
    'closing one adapter leaves another one of the same place working',
    (sound, place) => {
      const desk = shared(place)
      return {
        open: (namespace) => {
          const store = sound.open(namespace)
          return Object.assign(bound(store), {
            set(entry: Entry) {
              if (desk.get('closed')) throw new Error('closed')
              store.set(entry)
            },
          })
        },
        close() {
          desk.set('closed', true)
        },
      }
    },
  ),
  'entries end with the adapter': {
    caughtBy: 'entries outlive the adapter',
    adapter: (place) => {
      const sound = memoryStore(place)
      return {
        ...sound,
        supports: { ...sound.supports, persistent: true },
        close: () => void sound.open('conformance').clear(),
      }
    },
  },
  'an asynchronous listing that is none': async('mode is sync or async, and every reply is in that mode', () => ({
    heads: () => [] as never,
  })),
}
