import type { Store, StoreAdapter } from '@persist/store'

/** An adapter whose stores count how often they are asked for anything. */
export interface Spied extends StoreAdapter<'async'> {
  asked: number
}

export function spied(adapter: StoreAdapter<'async'>): Spied {
  const spy: Spied = {
    asked: 0,
    mode: 'async',
    supports: adapter.supports,
    name: adapter.name,
    checkHash: (hash) => adapter.checkHash?.(hash),
    ping: () => adapter.ping!(),
    close: () => adapter.close(),
    open: (namespace, options) => counted(adapter.open(namespace, options), () => spy.asked++),
  }
  return spy
}

function counted(store: Store<'async'>, count: () => void): Store<'async'> {
  return new Proxy(store, {
    get(_, name) {
      const verb: unknown = store[name as keyof Store<'async'>]
      if (typeof verb !== 'function') return verb
      return (...args: unknown[]) => {
        count()
        return Reflect.apply(verb, store, args)
      }
    },
  })
}
