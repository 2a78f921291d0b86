import type { Entry, Head } from '@persist/store'
import { async, type Defects, shared, sync } from './planted.ts'

const LONG = 'long and many fields come back whole'

/** Entries that come back as something else. */
export const entries: Defects = {
  'zero and empty fields are dropped': sync('a field that is empty or zero is not taken for absent', (store) => ({
    set: (entry) =>
      store.set(Object.fromEntries(Object.entries(entry).filter(([, value]) => value || value === '')) as never),
  })),
  'absent fields come back as undefined': sync('a field that was absent stays absent', (store) => ({
    get: (hash) => {
      const entry = store.get(hash)
      return entry && ({ metadata: undefined, ...entry } as never)
    },
  })),
  'a field of its own shows': sync('every head field comes back exactly', (store) => ({
    get: (hash) => {
      const entry = store.get(hash)
      return entry && ({ ...entry, _id: hash } as Entry)
    },
  })),
  'the version is forgotten': sync('every head field comes back exactly', (store) => ({
    set: ({ version: _, ...entry }) => store.set(entry),
  })),
  'a long key is cut': sync(LONG, (store) => ({
    set: (entry) => store.set(entry.key === undefined ? entry : { ...entry, key: entry.key.slice(0, 65_535) }),
  })),
  'a few tags have room': sync(LONG, (store) => ({
    set: (entry) => store.set(entry.tags === undefined ? entry : { ...entry, tags: entry.tags.slice(0, 64) }),
  })),
  'a few inputs have room in a listing': sync(LONG, (store) => ({
    *heads() {
      for (const { inputs, ...head } of store.heads())
        yield { ...head, ...(inputs && { inputs: inputs.slice(0, 1000) }) }
    },
  })),
  'set merges into what was there': sync('set replaces the whole entry', (store) => ({
    set: (entry) => store.set({ ...store.get(entry.hash), ...entry }),
  })),
  'set keeps what is already there': sync('set replaces the whole entry', (store) => ({
    set: (entry) => store.get(entry.hash) || store.set(entry),
  })),
  'bytes are kept as text': sync('bytes come back as the same bytes', (store) => ({
    get: (hash) =>
      changed(store.get(hash), (payload) => (typeof payload === 'string' ? payload : bytesOf(textOf(payload)))),
  })),
  'bytes come back as text': sync('a string and its bytes are different payloads', (store) => ({
    get: (hash) => changed(store.get(hash), textOf),
  })),
  'empty bytes come back as empty text': sync('a string and its bytes are different payloads', (store) => ({
    get: (hash) => changed(store.get(hash), (payload) => (payload.length === 0 ? '' : payload)),
  })),
  'a byte order mark is eaten': sync('a string comes back as the same string', (store) => ({
    get: (hash) =>
      changed(store.get(hash), (payload) =>
        typeof payload === 'string' ? new TextDecoder().decode(bytesOf(payload)) : payload,
      ),
  })),
  'text ends at the first NUL': sync('a string comes back as the same string', (store) => ({
    set: (entry) =>
      store.set(changed(entry, (payload) => (typeof payload === 'string' ? payload.split('\0')[0]! : payload))!),
  })),
  'letters are normalized': sync('a string comes back as the same string', (store) => ({
    set: (entry) =>
      store.set(changed(entry, (payload) => (typeof payload === 'string' ? payload.normalize('NFC') : payload))!),
  })),
  'the line ends of metadata are normalized': sync('key, metadata, version and tags may be any string', (store) => ({
    set: (entry) => store.set(entry.metadata === undefined ? entry : { ...entry, metadata: entry.metadata.trim() }),
  })),
  'tags are a set': sync('key, metadata, version and tags may be any string', (store) => ({
    set: (entry) => store.set(entry.tags ? { ...entry, tags: [...new Set(entry.tags)] } : entry),
  })),
  'times are whole seconds': sync('numbers come back to the last digit', (store) => ({
    set: (entry) => store.set({ ...entry, createdAt: Math.trunc(entry.createdAt / 1000) * 1000 }),
  })),
  'durations are of single precision': sync('numbers come back to the last digit', (store) => ({
    set: (entry) => store.set(entry.durationMs ? { ...entry, durationMs: Math.fround(entry.durationMs) } : entry),
  })),
  'the whole buffer is written where a view of it was given': sync(
    'bytes from the middle of a larger buffer are those bytes alone',
    (store) => ({
      set: (entry) =>
        store.set(
          changed(entry, (payload) =>
            typeof payload === 'string' ? payload : new Uint8Array(payload.buffer as ArrayBuffer),
          )!,
        ),
    }),
  ),
  'the bytes that were given are kept': sync('the store shares its bytes with no caller', (store, { place }) => {
    const kept = shared(place)
    return {
      set: (entry) => {
        store.set(entry)
        kept.set(entry.hash, entry)
      },
      get: (hash) => (kept.get(hash) as Entry | undefined) ?? store.get(hash),
    }
  }),
  'payloads end at 16 MiB': sync('20 MB of text and 20 MB of bytes come back', (store) => ({
    set: (entry) => store.set(changed(entry, (payload) => payload.slice(0, 2 ** 24))!),
  })),
  'payloads end at 64 KiB': sync('1 MB of text and 1 MB of bytes come back', (store) => ({
    set: (entry) => store.set(changed(entry, (payload) => payload.slice(0, 2 ** 16))!),
  })),
  'a large value is written over the old one piece by piece': async(
    'a reader never meets half a large entry',
    (store) => ({
      async set(entry) {
        await store.set(changed(entry, (payload) => payload.slice(0, payload.length / 2))!)
        await store.set(entry)
      },
    }),
  ),
  'large values leave pieces': sync(
    'a large entry that is replaced by a small one, or deleted, leaves no bytes',
    (store, { place }) => {
      const kept = shared(place)
      return {
        set: (entry) => {
          store.set(entry)
          if (entry.payload.length > 2 ** 20) kept.set('pieces', entry.payload.length)
        },
        stats: () => ({
          entries: store.stats().entries,
          bytes: store.stats().bytes + ((kept.get('pieces') as number) ?? 0),
        }),
      }
    },
  ),
  'a payload over the limit is cut': sync(
    'a payload over the limit is refused as too large, and the old entry stays',
    (store) => ({ set: (entry) => store.set(changed(entry, (payload) => payload.slice(0, 1000))!) }),
    { maxPayload: 1000 },
  ),
  'sizes are counted in letters': sync(
    'heads gives every head without the payload, with its size in bytes',
    (store) => ({
      *heads() {
        for (const { payload, ...head } of store.entries()) yield { ...head, bytes: payload.length }
      },
    }),
  ),
  'heads come with their payloads': sync(
    'heads gives every head without the payload, with its size in bytes',
    (store) => ({
      *heads() {
        for (const entry of store.entries()) yield { ...entry, bytes: Buffer.byteLength(entry.payload) }
      },
    }),
  ),
  'a listing leaves the metadata out': sync('entries gives every entry whole', (store) => ({
    *entries() {
      for (const { metadata: _, ...entry } of store.entries()) yield entry
    },
  })),
  'stats counts what was ever set': sync('stats counts the entries and their bytes', (store, { place }) => {
    const kept = shared(place)
    return {
      set: (entry) => {
        store.set(entry)
        kept.set('count', ((kept.get('count') as number) ?? 0) + 1)
      },
      stats: () => ({ ...store.stats(), entries: (kept.get('count') as number) ?? 0 }),
    }
  }),
}

function changed<T extends Entry | undefined>(
  entry: T,
  change: (payload: Entry['payload']) => Entry['payload'],
): T | (Head & Entry) {
  return entry && { ...entry, payload: change(entry.payload) }
}

function textOf(payload: Entry['payload']): string {
  return typeof payload === 'string' ? payload : Buffer.from(payload).toString()
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
