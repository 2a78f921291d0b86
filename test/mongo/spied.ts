import type { Store, StoreAdapter } from '@persist/store'

/** An adapter whose stores count their calls. */
export interface Spied extends StoreAdapter<'async'> {
  calls: number
}

export function spied(adapter: StoreAdapter<'async'>): Spied {
  const spy: Spied = {
    calls: 0,
    mode: 'async',
    supports: adapter.supports,
    name: adapter.name,
    checkHash: (hash) => adapter.checkHash?.(hash),
    ping: () => adapter.ping!(),
    close: () => adapter.close(),
    open: (namespace, options) => counted(adapter.open(namespace, options), () => spy.calls++),
  }
  return spy
}

function counted(store: Store<'async'>, count: () => void): Store<'async'> {
  return new Proxy(store, {
    get(_, name) {
      const method: unknown = store[name as keyof Store<'async'>]
      if (typeof method !== 'function') return method
      return (...args: unknown[]) => {
        count()
        return Reflect.apply(method, store, args)
      }
    },
  })
}
