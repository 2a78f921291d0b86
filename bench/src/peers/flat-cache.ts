import { FlatCache } from 'flat-cache'
import { KEYS_BY_HAND, keyByHand, type Peer } from './peer.ts'

export const peer: Peer = {
  title: 'flat-cache',
  role: 'peer',
  setup: 'load(), getKey ?? setKey, save() at the end: one file, all of it in memory',
  lacks: { pairs: KEYS_BY_HAND },
  open(cacheDir) {
    const cache = new FlatCache({ cacheDir, cacheId: 'bench' })
    cache.load()
    return {
      memoize:
        (name, original) =>
        (...args) => {
          const key = keyByHand(name, args)
          const kept = cache.getKey(key)
          if (kept !== undefined) return kept
          const value = original(...args)
          if (!(value instanceof Promise)) {
            cache.setKey(key, value)
            return value
          }
          return value.then((result) => {
            cache.setKey(key, result)
            return result
          })
        },
      close: () => cache.save(),
    }
  },
}
