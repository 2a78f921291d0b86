import { conformance } from '@persist/store/conformance'
import { keyvStore } from '@persist/store-keyv'
import Keyv from 'keyv'
import { describe, test } from 'vitest'
import { withRedis } from '../../../test/support/with-redis.ts'
import { keyOf } from '../src/keys.ts'

const runner = { describe, test }

describe('a Keyv over a Map', () => {
  const maps = new Map<string, Map<string, unknown>>()
  const keyv = (place: string) => {
    const map = maps.get(place) ?? new Map<string, unknown>()
    maps.set(place, map)
    return new Keyv({ store: map })
  }
  conformance({
    runner,
    adapter: (place) => keyvStore(keyv(place)),
    cleanup: (place) => void maps.delete(place),
    damage: async (place, namespace, hash) => {
      const record = (await keyv(place).get<string>(keyOf(namespace, hash)))!
      await keyv(place).set(keyOf(namespace, hash), `${record.slice(0, -1)}#`)
    },
    unreachable: () => keyvStore(new Keyv({ store: unreachable })),
  })
})

await withRedis('a Redis server', (redis) => {
  const at = (place: string) => keyvStore(`${redis.url}?persistPrefix=${place}`, { serverWaitMs: 20_000 })
  conformance({
    runner,
    adapter: at,
    unreachable: () => keyvStore('redis://127.0.0.1:1/'),
  })
})

/** Fails like a request to a server that does not run. */
const away = async () => {
  throw new Error('connect ECONNREFUSED 127.0.0.1:1')
}
/** A storage adapter whose server cannot be reached. */
const unreachable = {
  opts: { dialect: 'redis', url: 'redis://127.0.0.1:1' },
  get: away,
  set: away,
  delete: away,
  clear: away,
  iterator: () => ({ [Symbol.asyncIterator]: () => ({ next: away }) }),
} as unknown as Map<string, unknown>
