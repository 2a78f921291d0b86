import { type StoreAdapter, StoreError } from '@persist/core'

/**
 * A store that a test can take down, as one process has it: other processes may still reach it. `state.at` has what a method of
 * an asynchronous store waits for before it begins.
 */
export function unreliable(inner: StoreAdapter) {
  const state = { isDown: false, at: {} as Record<string, () => unknown> }
  const check = () => {
    if (state.isDown) throw new StoreError('ERR_PERSIST_STORE_UNAVAILABLE', 'no reply', { store: inner.name })
  }
  const checked = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (subject, name) => {
        const own = Reflect.get(subject, name)
        if (name === 'tagFence' && own) return checked(own)
        if (typeof own !== 'function') return own
        const withLease = (reply: unknown) => (name === 'lease' && reply ? checked(reply as object) : reply)
        if (inner.mode === 'sync')
          return (...args: unknown[]) => {
            check()
            return withLease(own.apply(subject, args))
          }
        if (name === 'heads' || name === 'entries')
          return async function* () {
            check()
            yield* own.apply(subject)
          }
        return async (...args: unknown[]) => {
          check()
          await state.at[name as string]?.()
          return withLease(await own.apply(subject, args))
        }
      },
    })
  const cache = new Proxy(inner, {
    get: (adapter, name) => {
      if (name === 'ping') return async () => check()
      if (name === 'open') return (namespace: string) => checked(adapter.open(namespace) as object)
      return Reflect.get(adapter, name)
    },
  })
  return { cache, state }
}
