import { open } from 'lmdb'
import { KEYS_BY_HAND, keyByHand, type Peer } from './peer.ts'

export const peer: Peer = {
  title: 'lmdb, by hand',
  role: 'limit',
  setup: 'db.get(key) ?? compute and await db.put(key, value), msgpack, writes in batches',
  lacks: { pairs: KEYS_BY_HAND },
  open(path) {
    const db = open({ path })
    return {
      memoize:
        (name, original) =>
        (...args) => {
          const key = keyByHand(name, args)
          const kept = db.get(key)
          return kept === undefined ? keep(key, original(...args)) : kept
        },
      close: () => db.close(),
    }

    async function keep(key: string, pending: unknown) {
      const value = await pending
      await db.put(key, value)
      return value
    }
  },
}
