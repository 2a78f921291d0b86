import { createPersist } from '@persist/core'
import { diskStore } from '@persist/store-disk'
import type { Peer } from './peer.ts'

export const peer: Peer = {
  title: '@persist/store-disk',
  role: 'ours',
  setup: 'persist(fn, { cache: diskStore(folder) }), defaults',
  open(folder) {
    const cache = diskStore(folder)
    const persist = createPersist({ env: {} })
    return {
      memoize: (funcname, original) => persist(original, { funcname, cache }),
      close: () => cache.close(),
    }
  },
}
