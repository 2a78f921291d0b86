import type { StoreAdapter } from '@persist/store'

type Method = (...args: unknown[]) => unknown
type Pause = () => Promise<void>

/** The store made async: each method waits before it acts and before it replies, so that a reply may be outdated. */
export function slowed(adapter: StoreAdapter<'sync'>, pause: Pause): StoreAdapter {
  const open = (namespace: string, options?: object) => slowedObject(adapter.open(namespace, options), pause)
  return new Proxy(adapter, {
    get: (inner, name) => (name === 'mode' ? 'async' : name === 'open' ? open : Reflect.get(inner, name)),
  }) as unknown as StoreAdapter
}

/** The store without leases and without an order of deletions by tag. */
export function withoutLeases<S extends object>(store: S): S {
  return new Proxy(store, {
    get: (inner, name) => {
      if (name === 'lease' || name === 'tagFence') return undefined
      const member: unknown = Reflect.get(inner, name)
      return typeof member === 'function' ? member.bind(inner) : member
    },
  })
}

function slowedObject<T extends object>(object: T, pause: Pause): T {
  return new Proxy(object, {
    get: (inner, name) => {
      const member: unknown = Reflect.get(inner, name)
      if (name === 'tagFence' && member !== undefined) return slowedObject(member as object, pause)
      if (typeof member !== 'function') return member
      const method = member.bind(inner) as Method
      if (name === 'entries' || name === 'heads') return method
      return async (...args: unknown[]) => {
        await pause()
        const reply = method(...args)
        await pause()
        return name === 'lease' && reply !== undefined ? slowedObject(reply as object, pause) : reply
      }
    },
  })
}
