import { redactUrl } from '@persist/store'
import type { Connection } from './connection.ts'
import { type KeyvLike, readsMany, storageOf } from './keyv-like.ts'
import type { ResolvedOptions } from './options.ts'

const numbers = new WeakMap<object, number>()
let last = 0

/** The place behind a Keyv instance that somebody else made, and will disconnect. */
export function userConnection(keyv: KeyvLike, { serverWaitMs, keepExpiredMs }: ResolvedOptions): Connection {
  const { dialect, url } = storageOf(keyv)
  const errors = { count: 0, last: undefined as unknown }
  // Also, Keyv answers a failure with nothing or `false`: what failed is only heard of here.
  keyv.on?.('error', (error) => {
    errors.count++
    errors.last = error
  })
  return {
    name: `keyv://${url === undefined ? numbered(dialect, keyv) : redactUrl(url)}/${keyv.namespace ?? ''}`,
    isPersistent: dialect !== 'map',
    readsMany: readsMany(keyv),
    serverWaitMs,
    keepExpiredMs,
    keyv: () => keyv,
    errors,
    reasonOf: (thrown) => thrown,
    discard: () => {},
    close: async () => {},
  }
}

/** What says nothing of where it is, is told apart from others by a number of this process. */
function numbered(dialect: string, keyv: KeyvLike): string {
  const key = typeof keyv.store === 'object' && keyv.store !== null ? keyv.store : keyv
  let number = numbers.get(key)
  if (number === undefined) {
    number = ++last
    numbers.set(key, number)
  }
  return `${dialect}-${number}`
}
