import { createPersist } from '@persist/core'
import { lmdbStore } from '@persist/store-lmdb'
import type { Peer } from './peer.ts'

export const peer: Peer = {
  title: '@persist/store-lmdb',
  role: 'ours',
  setup: 'persist(fn, { cache: lmdbStore(folder) }), defaults: each write reaches the disk before it counts',
  open(folder) {
    const cache = lmdbStore(folder)
    const persist = createPersist({ env: {} })
    return {
      memoize: (funcname, original) => persist(original, { funcname, cache }),
      close: () => cache.close(),
    }
  },
}
