import cacache from 'cacache'
import { KEYS_BY_HAND, keyByHand, type Peer } from './peer.ts'

export const peer: Peer = {
  title: 'cacache',
  role: 'peer',
  setup: 'get(folder, key), on ENOENT or EINTEGRITY compute and put, values as JSON',
  lacks: { pairs: KEYS_BY_HAND },
  open(folder) {
    return {
      memoize:
        (name, original) =>
        async (...args) => {
          const key = keyByHand(name, args)
          try {
            const { data } = await cacache.get(folder, key)
            return JSON.parse(data.toString('utf8'))
          } catch (error) {
            // Its documentation names these two: no such entry, and content with another checksum.
            const { code } = error as NodeJS.ErrnoException
            if (code !== 'ENOENT' && code !== 'EINTEGRITY') throw error
          }
          const value = await original(...args)
          await cacache.put(folder, key, JSON.stringify(value))
          return value
        },
    }
  },
}
