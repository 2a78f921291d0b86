import type { Entry } from '@persist/store'
import { memoryStore } from '../../../core/src/stores/memory-store.ts'
import { async, type Defects, shared, sync } from './planted.ts'

/** Methods that answer wrongly, are not atomic, or get lost on the way. */
export const methods: Defects = {
  'what is absent is null': sync('an entry that was never set is undefined', (store) => ({
    get: (hash) => store.get(hash) ?? (null as never),
  })),
  'delete always says yes': sync('delete returns whether there was an entry, and touches no other', (store) => ({
    delete: (hash) => store.delete(hash) || true,
  })),
  'delete takes what begins alike': sync(
    'delete returns whether there was an entry, and touches no other',
    (store) => ({
      delete: (hash) =>
        [...store.heads()].filter((head) => head.hash >= hash).map((head) => store.delete(head.hash)).length > 0,
    }),
  ),
  'clear does not count': sync('clear empties the namespace and returns how many entries there were', (store) => ({
    clear: () => store.clear() * 0,
  })),
  'clear empties every namespace': sync(
    'clear empties the namespace and returns how many entries there were',
    (store, { place }) => ({
      clear: () => memoryStore(place).open('conformance-other').clear() * 0 + store.clear(),
    }),
  ),
  'every opening has a memory of its own': sync('a namespace opened twice is the same', (_, { namespace }) => {
    const own = memoryStore().open(namespace)
    return { get: own.get.bind(own), set: own.set.bind(own) }
  }),
  'an adapter remembers what it read': sync(
    'another adapter of the same place sees at once what was set and deleted',
    (store) => {
      const read = new Map<string, Entry | undefined>()
      return {
        get(hash) {
          if (!read.has(hash)) read.set(hash, store.get(hash))
          return read.get(hash)
        },
      }
    },
  ),
  'getMany answers in its own order': sync(
    'getMany answers in the order of the hashes, absent ones and duplicates in their places',
    (store) => ({ getMany: (hashes) => store.getMany!([...hashes].sort()) }),
  ),
  'getMany leaves absent ones out': sync(
    'getMany answers in the order of the hashes, absent ones and duplicates in their places',
    (store) => ({ getMany: (hashes) => store.getMany!(hashes).filter(Boolean) }),
  ),
  'getMany gives duplicates once': sync(
    'getMany answers in the order of the hashes, absent ones and duplicates in their places',
    (store) => ({
      getMany: (hashes) => hashes.map((hash, index) => (hashes.indexOf(hash) === index ? store.get(hash) : undefined)),
    }),
  ),
  'getMany stops at a page': sync('getMany finds more entries than fit into a page', (store) => ({
    getMany: (hashes) => hashes.map((hash, index) => (index < 1000 ? store.get(hash) : undefined)),
  })),
  'getAsync cuts what is large': sync(
    'getAsync returns what get returns, for absent, small and large entries',
    (store) => ({
      getAsync: async (hash) => {
        const entry = store.get(hash)
        return entry && { ...entry, payload: entry.payload.slice(0, 1_000_000) }
      },
    }),
  ),
  'set deletes first and writes then': async(
    'a reader meets the old entry or the new one, never nothing and never a mixture',
    (store) => ({
      async set(entry) {
        await store.delete(entry.hash)
        await store.set(entry)
      },
    }),
  ),
  'set writes the head first, the payload then': async(
    'a reader meets the old entry or the new one, never nothing and never a mixture',
    (store) => ({
      async set(entry) {
        const old = await store.get(entry.hash)
        await store.set({ ...entry, payload: old?.payload ?? '' })
        await store.set(entry)
      },
    }),
  ),
  'publish deletes first and writes then': async(
    'a reader meets the old entry or the published one, never nothing and never a mixture',
    (store) => ({
      async lease(hash, ms, options) {
        const lease = await store.lease!(hash, ms, options)
        return (
          lease && {
            ...lease,
            async publish(entry) {
              await store.delete(entry.hash)
              await store.set(entry)
              return true
            },
          }
        )
      },
    }),
  ),
  'sets at the same time mix': async('one of several sets at the same time wins, whole', (store, { place }) => {
    const desk = shared(place)
    return {
      async set(entry) {
        const payload = (desk.get('payload') as string | undefined) ?? entry.payload
        desk.set('payload', payload)
        await store.set({ ...entry, payload })
        desk.delete('payload')
      },
    }
  }),
  'sets at the same time lose each other': async(
    'sets of many entries at the same time all arrive',
    (store, { place }) => ({
      async set(entry) {
        const desk = shared(place)
        if (desk.get('busy')) return
        desk.set('busy', true)
        await store.set(entry)
        desk.set('busy', false)
      },
    }),
  ),
  'a delete beside a set leaves half': async('a delete beside a set leaves the whole entry or nothing', (store) => ({
    async delete(hash) {
      const entry = await store.get(hash)
      if (entry) await store.set({ ...entry, payload: '' })
      return entry !== undefined
    },
  })),
  'a set that fails leaves nothing': sync('a set that fails half-way leaves the old entry as it was', (store) => ({
    set(entry) {
      store.delete(entry.hash)
      store.set(entry)
    },
  })),
  'a set that fails passes for done': sync('a set that fails half-way leaves the old entry as it was', (store) => ({
    set(entry) {
      try {
        store.set(entry)
      } catch {}
    },
  })),
}
