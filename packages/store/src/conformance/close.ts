import { type Behaviors, NAMESPACE, needs } from './harness.ts'
import { assertEntry, plain } from './samples.ts'

/** Closing lets go, and is never the end. */
export const close: Behaviors = {
  'an adapter that was never used may be closed': async ({ again }) => {
    const adapter = await again()
    await adapter.close()
    await adapter.close()
  },

  'closing twice is fine, also at the same time': async ({ adapter, store }) => {
    await store.set(plain('a'))
    await Promise.all([adapter.close(), adapter.close()])
    await adapter.close()
  },

  'a store that was opened before works after closing': async ({ adapter, store }) => {
    await store.set(plain('a'))
    await adapter.close()
    await store.set(plain('b'))
    assertEntry(await store.get('b'), plain('b'))
    await adapter.close()
    await adapter.open(NAMESPACE).set(plain('c'))
    assertEntry(await store.get('c'), plain('c'))
  },

  'a listing that was left half-way does not keep the store from closing': async ({ adapter, store }) => {
    for (const hash of ['a', 'b', 'c']) await store.set(plain(hash))
    for await (const _ of store.entries()) break
    for await (const _ of store.heads()) break
    await adapter.close()
    await store.set(plain('d'))
    assertEntry(await store.get('d'), plain('d'))
  },

  'closing one adapter leaves another one of the same place working': async ({ adapter, store, twin }) => {
    const other = await twin()
    await store.set(plain('a'))
    await other.set(plain('b'))
    await adapter.close()
    await other.set(plain('c'))
    assertEntry(await other.get('c'), plain('c'))
  },

  'entries outlive the adapter': needs('persistent', async ({ adapter, store, again }) => {
    await store.set(plain('a'))
    await adapter.close()
    assertEntry(await (await again()).open(NAMESPACE).get('a'), plain('a'))
    assertEntry(await store.get('a'), plain('a'))
  }),
}
