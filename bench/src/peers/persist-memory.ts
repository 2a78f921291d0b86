import { createPersist } from '@persist/core'
import { diskStore } from '@persist/store-disk'
import type { Peer } from './peer.ts'

export const peer: Peer = {
  title: '@persist/store-disk + memory',
  role: 'ours',
  setup: 'persist(fn, { cache: diskStore(folder), memory: { maxAge: "1h" } })',
  lacks: {
    values: 'as without the tier',
    pairs: 'as without the tier',
    kill: 'as without the tier',
    flip: 'as without the tier',
    processes: 'as without the tier',
    many: 'as without the tier',
  },
  open(folder) {
    const cache = diskStore(folder)
    const persist = createPersist({ env: {} })
    return {
      memoize: (funcname, original) => persist(original, { funcname, cache, memory: { maxAge: '1h' } }),
      close: () => cache.close(),
    }
  },
}
