import { StoreError } from '@persist/errors'
import type { OpenOptions, Store, StoreAdapter } from '@persist/store'
import { readOnlyStore } from '@persist/store/kit'
import { memoryStore } from '../../../core/src/stores/memory-store.ts'
import { bound, type Defect, type Defects, shared } from './planted.ts'

const REFUSES = 'a namespace that is opened for reading only refuses every change'
const SHOWS = 'a namespace that is opened for reading only shows every entry'
const STAYS = 'a damaged entry stays where it is for a reader'
const EXISTS = 'exists says no until something is stored, however much is read'

/** Readers that change something, and looks that do. */
export const readers: Defects = {
  'the option readOnly is forgotten': reading(REFUSES, (store) => store),
  'a change of a reader does nothing, and says so to no one': reading(REFUSES, (store) => ({
    ...readOnlyStore('sync', 'memory', 'f', store),
    delete: () => false,
  })),
  'a change of a reader fails with another code': reading(REFUSES, (store) => ({
    ...readOnlyStore('sync', 'memory', 'f', store),
    set() {
      throw new StoreError('ERR_PERSIST_STORE', 'no', { store: 'memory' })
    },
  })),
  'a reader shows what was there when it was opened': reading(SHOWS, (store) => {
    const entries = [...store.entries()]
    return {
      ...readOnlyStore('sync', 'memory', 'f', store),
      get: (hash) => entries.find((entry) => entry.hash === hash),
    }
  }),
  'a reader moves a damaged entry away': {
    ...reading(STAYS, (store, place, { report }) => ({
      ...store,
      get(hash) {
        if (!shared(place).delete(hash)) return undefined
        report?.(new StoreError('ERR_PERSIST_ENTRY_DAMAGED', 'damaged', { store: 'memory' }))
        return undefined
      },
    })),
    damage: (place, _, hash) => void shared(place).set(hash, true),
  },
  'a store exists from the start': existing(() => true),
  'a store never exists': existing(() => false),
  'a look makes the store': existing(
    (adapter, place) => shared(place).has('looked') || adapter.open('conformance').stats().entries > 0,
  ),
}

/** The synchronous store in memory, with these namespaces for readers. */
function reading(
  caughtBy: string,
  reader: (store: Store<'sync'>, place: string, options: OpenOptions) => Store<'sync'>,
): Defect {
  return {
    caughtBy,
    adapter: (place) => {
      const sound = memoryStore(place)
      return {
        ...sound,
        supports: { ...sound.supports, readOnly: true },
        open(namespace, options = {}) {
          const store = sound.open(namespace, options)
          return options.readOnly ? reader(bound(store), place, options) : store
        },
      }
    },
  }
}

/** The synchronous store in memory, which notes that it was looked at. */
function existing(exists: (adapter: StoreAdapter<'sync'>, place: string) => boolean): Defect {
  return {
    caughtBy: EXISTS,
    adapter: (place) => {
      const sound = memoryStore(place)
      return {
        ...sound,
        exists: () => exists(sound, place),
        namespaces() {
          shared(place).set('looked', true)
          return []
        },
      }
    },
  }
}
