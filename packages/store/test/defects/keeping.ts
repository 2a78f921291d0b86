import type { Bounds, Entry, Lease, Store } from '@persist/store'
import { memoryStore } from '../../../core/src/stores/memory-store.ts'
import { bound, type Defect, type Defects, shared, sync } from './planted.ts'

/** Deletes the oldest entries until the rest is within the bounds, as if each were smaller. */
function displaced(store: Store<'sync'>, { maxBytes = Infinity }: Bounds = {}): number {
  let gone = 0
  for (const { hash } of [...store.heads()].sort((a, b) => a.createdAt - b.createdAt)) {
    if (store.stats().bytes <= maxBytes) break
    if (store.delete(hash)) gone++
  }
  return gone
}

const AHEAD = 'an entry whose writer has a clock that is ahead is given, too'

/** Expiry, bounds and tags that keep or drop the wrong entries. */
export const keeping: Defects = {
  'the store judges what expired': sync('an expired entry is still given: core judges', (store) => ({
    get(hash) {
      const entry = store.get(hash)
      return entry?.expiresAt !== undefined && entry.expiresAt <= Date.now() ? undefined : entry
    },
  })),
  'a listing leaves out what expired': sync('an expired entry is still given: core judges', (store) => ({
    *entries() {
      for (const entry of store.entries()) if ((entry.expiresAt ?? Infinity) > Date.now()) yield entry
    },
  })),
  'an entry from later than now is hidden': sync(AHEAD, (store) => ({
    get(hash) {
      const entry = store.get(hash)
      return entry !== undefined && entry.createdAt > Date.now() ? undefined : entry
    },
  })),
  'a listing leaves out what is from later than now': sync(AHEAD, (store) => ({
    *heads() {
      for (const head of store.heads()) if (head.createdAt <= Date.now()) yield head
    },
  })),
  'prune stops at a page': sync('prune goes on where a page ends', (store) => ({
    prune: (now) =>
      [...store.heads()]
        .slice(0, 1000)
        .filter(({ hash, expiresAt = Infinity }) => expiresAt <= now && store.delete(hash)).length,
  })),
  'prune is late by one': sync(
    'prune deletes what expired at or before the given time, and returns how many',
    (store) => ({
      prune: (now, bounds) => store.prune(now - 1, bounds),
    }),
  ),
  'prune goes by its own clock': sync(
    'prune deletes what expired at or before the given time, and returns how many',
    (store) => ({
      prune: (_, bounds) => store.prune(Date.now(), bounds),
    }),
  ),
  'prune takes what never expires': sync(
    'prune deletes what expired at or before the given time, and returns how many',
    (store) => ({
      prune: (now, bounds) =>
        store.prune(now, bounds) +
        [...store.heads()].filter((head) => !head.expiresAt && store.delete(head.hash)).length,
    }),
  ),
  'prune goes by the expiry alone': sync(
    'prune keeps what may still be served stale, and deletes it when that time is over',
    (store) => ({
      prune: (now, bounds) =>
        store.prune(now, bounds) +
        [...store.heads()].filter((head) => (head.expiresAt ?? now + 1) <= now && store.delete(head.hash)).length,
    }),
  ),
  'a stale entry is kept forever': sync(
    'prune keeps what may still be served stale, and deletes it when that time is over',
    (store) => ({
      set(entry) {
        const { expiresAt, ...rest } = entry
        store.set(entry.staleUntil === undefined ? entry : rest)
      },
    }),
  ),
  'prune prunes everywhere': sync('prune touches no other namespace', (store, { place }) => {
    const all = shared(place)
    all.set(`${all.size}`, store)
    return {
      prune: (now, bounds) =>
        [...all.values()].reduce((sum: number, one) => sum + (one as typeof store).prune(now, bounds), 0),
    }
  }),
  'prune takes the youngest': sync('prune goes down to maxEntries, and what was written last stays', (store) => ({
    prune(now, bounds) {
      const youngestFirst = [...store.heads()].sort((a, b) => b.createdAt - a.createdAt)
      const over = youngestFirst.slice(0, Math.max(0, youngestFirst.length - (bounds?.maxEntries ?? Infinity)))
      for (const { hash } of over) store.delete(hash)
      return over.length + store.prune(now, bounds)
    },
  })),
  'prune knows no maxEntries': sync('prune goes down to maxEntries, and what was written last stays', (store) => ({
    prune: (now, bounds) => store.prune(now, { ...bounds, maxEntries: Infinity }),
  })),
  'prune knows no maxBytes': sync('prune goes down to maxBytes, and what was written last stays', (store) => ({
    prune: (now, bounds) => store.prune(now, { ...bounds, maxBytes: Infinity }),
  })),
  'prune goes down to the bounds first': sync(
    'prune deletes what expired first, then what goes over the bounds',
    (store) => ({
      prune: (now, bounds) => store.prune(0, bounds) + store.prune(now),
    }),
  ),
  'prune deletes all that is older than a large entry': sync(
    'prune deletes what alone is larger than maxBytes, and keeps the smaller entries',
    (store) => ({
      prune: (now, bounds) => displaced(store, bounds) + store.prune(now, bounds),
    }),
  ),
  'a large entry displaces all others': {
    caughtBy:
      'under the bounds given to open, an entry that alone is larger than maxBytes does not displace the others',
    timeoutMs: 500,
    adapter: (place) => {
      const sound = memoryStore(place)
      return {
        ...sound,
        open: (namespace, { bounds } = {}) => {
          const store = sound.open(namespace)
          const set: typeof store.set = (entry) => {
            store.set(entry)
            displaced(store, bounds)
          }
          return { ...bound(store), set }
        },
      }
    },
  },
  'the bounds given to open are forgotten': {
    caughtBy: 'the bounds given to open are kept, approximately',
    timeoutMs: 500,
    adapter: (place) => {
      const sound = memoryStore(place)
      return { ...sound, open: (namespace) => sound.open(namespace) }
    },
  },
  'deleteByTag stops at a page': sync('deleteByTag goes on where a page ends', (store) => ({
    deleteByTag: (tag) =>
      [...store.heads()]
        .filter(({ tags }) => tags?.includes(tag))
        .slice(0, 1000)
        .filter(({ hash }) => store.delete(hash)).length,
  })),
  'the index of tags forgets nothing': indexed(true, (index, { hash, tags = [] }) => {
    for (const tag of tags) index.set(`${tag} ${hash}`, hash)
  }),
  'the index of tags knows nothing of what is published': indexed(false, (index, { hash, tags = [] }) => {
    for (const key of index.keys()) if (index.get(key) === hash) index.delete(key)
    for (const tag of tags) index.set(`${tag} ${hash}`, hash)
  }),
  'a tag is found in others': sync(
    'deleteByTag deletes every entry with the tag and no other, and returns how many',
    (store) => ({
      deleteByTag: (tag) =>
        [...store.heads()].filter((head) => head.tags?.join().includes(tag) && store.delete(head.hash)).length,
    }),
  ),
  'tags fold case': sync(
    'deleteByTag deletes every entry with the tag and no other, and returns how many',
    (store) => ({
      deleteByTag: (tag) =>
        [...store.heads()].filter(
          (head) => head.tags?.some((one) => one.toLowerCase() === tag.toLowerCase()) && store.delete(head.hash),
        ).length,
    }),
  ),
}

/** A store with an index of tags beside the entries, which `note` keeps. */
function indexed(withPublish: boolean, note: (index: Map<string, unknown>, entry: Entry) => void): Defect {
  return sync(
    'deleteByTag goes by the tags that an entry has now, also by those that were published',
    (store, { place }) => {
      const index = shared(place)
      return {
        set(entry) {
          note(index, entry)
          store.set(entry)
        },
        lease(hash, ms, options) {
          const lease = store.lease!(hash, ms, options)
          const publish: Lease<'sync'>['publish'] = (entry) => {
            if (withPublish) note(index, entry)
            return lease!.publish(entry)
          }
          return lease && { ...lease, publish }
        },
        deleteByTag(tag) {
          const found = [...index].filter(([key]) => key.startsWith(`${tag} `))
          for (const [key] of found) index.delete(key)
          return found.filter(([, hash]) => store.delete(hash as string)).length
        },
      }
    },
  )
}
