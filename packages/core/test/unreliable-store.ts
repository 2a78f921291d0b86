import { type StoreAdapter, StoreError } from '@persist/core'

/**
 * A store that a test can take down, as one process has it: other processes may still reach it. `state.at` has what a method of
 * an asynchronous store waits for before it begins. `state.next` is what happens to the next operation: it is not done, or it is
 * done and its reply is lost, or the store is busy. `state.isBusy`: it is busy until the test says otherwise.
 */
export function unreliable(inner: StoreAdapter) {
  const state = {
    isDown: false,
    at: {} as Record<string, () => unknown>,
    isBusy: false,
    onBusy: (_method: string) => {},
    next: undefined as 'not done' | 'no reply' | 'busy' | undefined,
  }
  const check = () => {
    if (state.isBusy) throw busy()
    if (!state.isDown) return
    state.next = undefined
    throw noReply()
  }
  const noReply = () => new StoreError('ERR_PERSIST_STORE_UNAVAILABLE', 'no reply', { store: inner.name })
  const busy = () => new StoreError('ERR_PERSIST_STORE_BUSY', 'not now', { store: inner.name })
  const takeFault = (name: string | symbol) => {
    const { next } = state
    // A lease that its holder does not know would have to run out.
    if (name === 'lease' && next === 'no reply') return undefined
    state.next = undefined
    if (next === 'not done') throw noReply()
    if (next === 'busy') {
      state.onBusy(String(name))
      throw busy()
    }
    return next
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
            const fault = takeFault(name)
            const reply = withLease(own.apply(subject, args))
            if (fault !== undefined) throw noReply()
            return reply
          }
        if (name === 'heads' || name === 'entries')
          return async function* () {
            check()
            yield* own.apply(subject)
          }
        return async (...args: unknown[]) => {
          check()
          const fault = takeFault(name)
          await state.at[name as string]?.()
          const reply = withLease(await own.apply(subject, args))
          if (fault !== undefined) throw noReply()
          return reply
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
