import { Cache } from 'file-system-cache'
import { KEYS_BY_HAND, keyByHand, type Peer } from './peer.ts'

export const peer: Peer = {
  title: 'file-system-cache',
  role: 'peer',
  setup: 'getSync(key) ?? compute and setSync(key, value)',
  lacks: { pairs: KEYS_BY_HAND },
  open(basePath) {
    const cache = new Cache({ basePath, hash: 'sha1' })
    return {
      memoize:
        (name, original) =>
        (...args) => {
          const key = keyByHand(name, args)
          const kept = cache.getSync(key)
          if (kept !== undefined) return kept
          const value = original(...args)
          if (!(value instanceof Promise)) {
            cache.setSync(key, value)
            return value
          }
          return value.then(async (result) => {
            await cache.set(key, result)
            return result
          })
        },
    }
  },
}
