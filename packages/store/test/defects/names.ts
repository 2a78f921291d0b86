import { memoryStore } from '../../../core/src/stores/memory-store.ts'
import { adapter, bound, type Defects, shared, sync } from './planted.ts'

const OWN_NAMESPACE = 'every namespace is one of its own, whatever its name'
const OTHER_PAIR = 'a namespace and a hash are not mistaken for another pair that reads the same'
const OWN_HASH = "a user's own hash is kept apart from every other, or refused by checkHash with a HashError"

/** Names that run together. */
export const names: Defects = {
  'hashes fold case': sync('hashes that differ in one letter, also only in its case, are different', (store) => ({
    set: (entry) => store.set({ ...entry, hash: entry.hash.toLowerCase() }),
    get(hash) {
      const entry = store.get(hash.toLowerCase())
      return entry && { ...entry, hash }
    },
  })),
  'hashes are normalized': renamed(OWN_HASH, (hash) => hash.normalize('NFC')),
  'hashes end at 255 letters': renamed(OWN_HASH, (hash) => hash.slice(0, 255)),
  'a trailing dot or space goes, as on Windows': renamed(OWN_HASH, (hash) => hash.replace(/[. ]+$/, '')),
  'checkHash fails in its own way': adapter(OWN_HASH, () => ({
    checkHash(hash) {
      if (hash === '..') throw new TypeError('no')
    },
  })),
  'checkHash refuses what core makes': adapter('hashes as core makes them by default are fine', () => ({
    checkHash(hash) {
      if (hash.length > 40) throw new TypeError('too long')
    },
  })),
  'namespaces fold case': namespaced(OWN_NAMESPACE, (namespace) => namespace.toLowerCase()),
  'namespaces are slugs': namespaced(OWN_NAMESPACE, (namespace) => namespace.replace(/[^a-z0-9]/gi, '_')),
  'namespaces end at 255 letters': namespaced(OWN_NAMESPACE, (namespace) => namespace.slice(0, 255)),
  'namespaces are paths': namespaced(OWN_NAMESPACE, (namespace) => new URL(`x:/${encodeURI(namespace)}`).pathname),
  'clear takes every namespace that begins alike': {
    caughtBy: OWN_NAMESPACE,
    adapter: (place) => {
      const sound = memoryStore(place)
      const all = shared(place)
      return {
        ...sound,
        open(namespace) {
          all.set(namespace, true)
          const store = sound.open(namespace)
          return Object.assign(bound(store), {
            clear: () =>
              [...all.keys()]
                .filter((name) => name.startsWith(`${namespace}:`))
                .reduce((sum, name) => sum + sound.open(name).clear() * 0, 0) + store.clear(),
          })
        },
      }
    },
  },
  'namespace and hash are joined by a colon': joined(':'),
  'namespace and hash are joined by an underscore': joined('_'),
  'namespace and hash are joined by NUL': joined('\0'),
}

/** A store that keeps entries under another hash. */
function renamed(caughtBy: string, rename: (hash: string) => string) {
  return sync(caughtBy, (store) => ({
    set: (entry) => store.set({ ...entry, hash: rename(entry.hash) }),
    get(hash) {
      const entry = store.get(rename(hash))
      return entry && { ...entry, hash }
    },
    delete: (hash) => store.delete(rename(hash)),
  }))
}

/** A store that keeps namespaces under another name. */
function namespaced(caughtBy: string, rename: (namespace: string) => string) {
  return adapter(caughtBy, (sound) => ({ open: (namespace, options) => sound.open(rename(namespace), options) }))
}

/** A store that keeps everything in one room, under namespace and hash joined. */
function joined(by: string) {
  return sync(OTHER_PAIR, (_, { place, namespace }) => {
    const room = memoryStore(place).open('everything')
    return {
      set: (entry) => room.set({ ...entry, hash: `${namespace}${by}${entry.hash}` }),
      get(hash) {
        const entry = room.get(`${namespace}${by}${hash}`)
        return entry && { ...entry, hash }
      },
      *heads() {
        for (const head of room.heads()) {
          if (head.hash.startsWith(namespace + by))
            yield { ...head, hash: head.hash.slice(namespace.length + by.length) }
        }
      },
    }
  })
}
