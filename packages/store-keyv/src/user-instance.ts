import { redactUrl } from '@persist/store'
import type { Connection } from './connection.ts'
import { type KeyvLike, readsMany, storageOf } from './keyv-like.ts'
import type { ResolvedOptions } from './options.ts'

// On a well-known symbol: two copies of this package in one process give no number twice.
const NUMBERS = Symbol.for('@persist/store-keyv/numbers@1')
const shared = globalThis as { [NUMBERS]?: { readonly of: WeakMap<object, number>; last: number } }
shared[NUMBERS] ??= { of: new WeakMap(), last: 0 }
const numbers = shared[NUMBERS]

/** The connection of a Keyv instance that the user made, and will disconnect. */
export function userConnection(keyv: KeyvLike, { serverWaitMs, keepExpiredMs }: ResolvedOptions): Connection {
  const { dialect, url } = storageOf(keyv)
  const errors = { count: 0, last: undefined as unknown }
  // Keyv may answer a failure with nothing or `false`, and emit the error instead of throwing it.
  keyv.on?.('error', (error) => {
    errors.count++
    errors.last = error
  })
  return {
    name: `keyv://${url === undefined ? numbered(dialect, keyv) : redactUrl(url)}/${keyv.namespace ?? ''}`,
    isPersistent: dialect !== 'map',
    readsMany: readsMany(keyv),
    answersInOrder: false,
    listsEach: dialect === 'map' || dialect === 'redis',
    serverWaitMs,
    keepExpiredMs,
    keyv: () => keyv,
    errors,
    reasonOf: (thrown) => thrown,
    discard: () => {},
    release: () => () => {},
  }
}

/** A name for a storage that does not say where it is: a number distinguishes it from others in this process. */
function numbered(dialect: string, keyv: KeyvLike): string {
  const key = typeof keyv.store === 'object' && keyv.store !== null ? keyv.store : keyv
  let number = numbers.of.get(key)
  if (number === undefined) {
    number = ++numbers.last
    numbers.of.set(key, number)
  }
  return `${dialect}-${number}`
}
