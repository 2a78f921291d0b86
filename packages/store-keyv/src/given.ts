import { redactUrl } from '@persist/store'
import { type KeyvLike, placeOf, readsMany } from './keyv-like.ts'
import type { Plan } from './options.ts'
import type { Place } from './place.ts'

// On a well-known symbol: two copies of this package in one process give no number twice.
const NUMBERS = Symbol.for('@persist/store-keyv/numbers@1')
const shared = globalThis as { [NUMBERS]?: { readonly of: WeakMap<object, number>; last: number } }
shared[NUMBERS] ??= { of: new WeakMap(), last: 0 }
const numbers = shared[NUMBERS]

/** The place behind a Keyv instance that somebody else made, and will disconnect. */
export function givenPlace(keyv: KeyvLike, { serverWaitMs, keepExpiredMs }: Plan): Place {
  const { dialect, url } = placeOf(keyv)
  const told = { count: 0, last: undefined as unknown }
  // Also, Keyv answers a failure with nothing or `false`: what failed is only heard of here.
  keyv.on?.('error', (error) => {
    told.count++
    told.last = error
  })
  return {
    name: `keyv://${url === undefined ? numbered(dialect, keyv) : redactUrl(url)}/${keyv.namespace ?? ''}`,
    isPersistent: dialect !== 'map',
    readsMany: readsMany(keyv),
    serverWaitMs,
    keepExpiredMs,
    keyv: () => keyv,
    told,
    reasonOf: (thrown) => thrown,
    giveUp: () => {},
    close: async () => {},
  }
}

/** What says nothing of where it is, is told apart from others by a number of this process. */
function numbered(dialect: string, keyv: KeyvLike): string {
  const key = typeof keyv.store === 'object' && keyv.store !== null ? keyv.store : keyv
  let number = numbers.of.get(key)
  if (number === undefined) {
    number = ++numbers.last
    numbers.of.set(key, number)
  }
  return `${dialect}-${number}`
}
