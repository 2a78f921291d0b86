import type { Mode, Store, StoreAdapter } from '@persist/store'
import { delayed, type Subject } from '@persist/store/conformance'
import { memoryStore } from '../../../core/src/stores/memory-store.ts'

/** A store with one defect, and the behavior whose test has to catch it. */
export interface Defect extends Subject {
  readonly caughtBy: string
}

/** Defects by what is wrong. */
export type Defects = Readonly<Record<string, Defect>>

type Alter<M extends Mode> = (store: Store<M>, at: { place: string; namespace: string }) => Partial<Store<M>>

/** The synchronous store in memory, with some methods replaced by defective ones. */
export function sync(caughtBy: string, alter: Alter<'sync'>, more: Partial<Subject> = {}): Defect {
  return { caughtBy, adapter: (place) => altered(memoryStore(place), place, alter), ...more }
}

/** The asynchronous store in memory, with some methods replaced by defective ones. */
export function async(caughtBy: string, alter: Alter<'async'>, more: Partial<Subject> = {}): Defect {
  return { caughtBy, adapter: (place) => altered(delayed(memoryStore(place)), place, alter), ...more }
}

/** The synchronous store in memory, with an adapter that is defective itself. */
export function adapter(
  caughtBy: string,
  alter: (sound: StoreAdapter<'sync'>, place: string) => Partial<StoreAdapter>,
): Defect {
  return {
    caughtBy,
    adapter: (place) => {
      const sound = memoryStore(place)
      return { ...sound, ...alter(sound, place) }
    },
  }
}

function altered<M extends Mode>(sound: StoreAdapter<M>, place: string, alter: Alter<M>): StoreAdapter<M> {
  return {
    ...sound,
    open(namespace, options) {
      const store = bound(sound.open(namespace, options))
      return { ...store, ...alter(store, { place, namespace }) }
    },
  }
}

/** The methods as own functions, so that one of them can call the sound one. */
export function bound<M extends Mode>(store: Store<M>): Store<M> {
  return {
    get: store.get.bind(store),
    getMany: store.getMany!.bind(store),
    set: store.set.bind(store),
    delete: store.delete.bind(store),
    clear: store.clear.bind(store),
    entries: store.entries.bind(store),
    heads: store.heads.bind(store),
    stats: store.stats.bind(store),
    prune: store.prune.bind(store),
    deleteByTag: store.deleteByTag!.bind(store),
    lease: store.lease!.bind(store),
    tagFence: store.tagFence!,
  }
}

const memory = new Map<string, Map<string, unknown>>()

/** What a defect keeps beside the store, the same for all adapters of the place. */
export function shared(place: string): Map<string, unknown> {
  const kept = memory.get(place) ?? new Map()
  memory.set(place, kept)
  return kept
}
