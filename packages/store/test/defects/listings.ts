import { adapter, async, type Defects, shared, sync } from './planted.ts'

/** Listings that stop, repeat themselves or are disturbed. */
export const listings: Defects = {
  'a namespace appears once an entry': adapter(
    'namespaces names each that has entries, once, whatever its name',
    (sound) => ({
      *namespaces() {
        for (const name of sound.namespaces!() as Iterable<string>) {
          for (const _ of sound.open(name).heads()) yield name
        }
      },
    }),
  ),
  'a listing meets halves': async('a listing meets whole entries while they are replaced', (store) => ({
    async set(entry) {
      await store.set({ ...entry, payload: '' })
      await store.set(entry)
    },
  })),
  'a listing stops at a page': sync('a listing goes on where a page ends', (store) => ({
    *heads() {
      let met = 0
      for (const head of store.heads()) if (++met <= 1000) yield head
    },
  })),
  'an empty listing lists a marker': sync('an empty namespace lists nothing', (store) => ({
    *heads() {
      yield* store.heads()
      if (store.stats().entries === 0) yield { hash: '.gitignore', createdAt: 0, bytes: 0 }
    },
  })),
  'one listing at a time': sync('two listings at once do not disturb each other', (store, { place }) => {
    const desk = shared(place)
    return {
      *heads() {
        desk.set('listing', {})
        const mine = desk.get('listing')
        for (const head of store.heads()) if (desk.get('listing') === mine) yield head
      },
      *entries() {
        desk.set('listing', {})
        yield* store.entries()
      },
    }
  }),
  'a listing that is stopped early holds a lock': sync(
    'a listing that is stopped early leaves the store usable',
    (store, { place }) => {
      const desk = shared(place)
      return {
        *entries() {
          desk.set('locked', true)
          yield* store.entries()
          desk.set('locked', false)
        },
        set(entry) {
          if (desk.get('locked')) throw new Error('locked')
          store.set(entry)
        },
      }
    },
  ),
  'a listing walks the map that a read reorders': liveMap('entries that are read meanwhile appear once', 'get'),
  'a listing walks the map that a set reorders': liveMap('entries that are replaced meanwhile appear once', 'set'),
  'a listing goes by position': sync('every entry may be deleted while it is listed', (store) => ({
    *entries() {
      for (let index = 0; index < store.stats().entries; index++) yield [...store.entries()][index]!
    },
  })),
  'a listing fails on what was deleted': sync('a namespace may be cleared while it is listed', (store) => ({
    *heads() {
      for (const { hash } of [...store.heads()]) {
        const { payload, ...head } = store.get(hash)!
        yield { ...head, bytes: Buffer.byteLength(payload) }
      }
    },
  })),
  'a write empties the listings that run': sync(
    'entries that are written meanwhile drive none away and do not make the listing endless',
    (store, { place }) => {
      const desk = shared(place)
      return {
        set(entry) {
          store.set(entry)
          if (entry.hash.startsWith('new')) desk.set('written', true)
        },
        *entries() {
          for (const entry of store.entries()) if (!desk.get('written')) yield entry
        },
      }
    },
  ),
}

/** A listing over a map in the order of use: what is used meanwhile is met again. */
function liveMap(caughtBy: string, method: 'get' | 'set') {
  return sync(caughtBy, (store, { place }) => {
    const order = shared(place)
    const use = (hash: string) => order.delete(hash) && order.set(hash, true)
    return {
      set(entry) {
        store.set(entry)
        if (method === 'set') use(entry.hash)
        order.set(entry.hash, true)
      },
      get(hash) {
        if (method === 'get') use(hash)
        return store.get(hash)
      },
      *entries() {
        let steps = 0
        for (const hash of order.keys()) if (++steps < 1000) yield store.get(hash)!
      },
    }
  })
}
