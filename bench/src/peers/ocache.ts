import { createBlobStorage, defineCachedFunction } from 'ocache'
import { createStorage } from 'unstorage'
import fsDriver from 'unstorage/drivers/fs'
import type { Peer } from './peer.ts'

export const peer: Peer = {
  title: 'ocache + unstorage',
  role: 'peer',
  setup: 'defineCachedFunction(fn, { name, maxAge: a year, storage: createBlobStorage over the fs driver })',
  open(base) {
    const files = createStorage({ driver: fsDriver({ base }) })
    const storage = createBlobStorage({
      get: (key) => files.getItemRaw(key),
      set: (key, value) => (value === null ? files.removeItem(key) : files.setItemRaw(key, value)),
    })
    // It answers before it has stored the result, and passes the rest of its work to this function.
    const unfinished: Promise<unknown>[] = []
    const waitUntil = (promise: Promise<unknown>) => void unfinished.push(promise)
    return {
      memoize: (name, original) => defineCachedFunction(original, { name, maxAge: 31_536_000, storage, waitUntil }),
      async close() {
        await Promise.all(unfinished)
        await files.dispose()
      },
    }
  },
}
