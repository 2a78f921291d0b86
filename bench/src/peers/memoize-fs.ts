import memoizeFs from 'memoize-fs'
import type { Peer } from './peer.ts'

export const peer: Peer = {
  title: 'memoize-fs',
  role: 'peer',
  setup: 'memoizer.fn(fn, { cacheId, retryOnInvalidCache: true })',
  open(cachePath) {
    const memoizer = memoizeFs({ cachePath, retryOnInvalidCache: true })
    return {
      memoize: (cacheId, original) => memoizer.fn(original, { cacheId }),
    }
  },
}
