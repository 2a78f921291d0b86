import assert from 'node:assert/strict'
import type { StoreAdapter } from '../contract.ts'
import { type Behaviors, NAMESPACE, needs } from './harness.ts'
import { assertEntry, defaultHash, hashesIn, plain } from './samples.ts'

const HASH = defaultHash(1)

/** Damage is a miss that is reported; a store that is away says so, in time. */
export const trouble: Behaviors = {
  'a damaged entry is a miss that is reported': needs('damage', async ({ store, subject, place, problems }) => {
    await store.set(plain(HASH))
    await subject.damage!(place, NAMESPACE, HASH)
    assert.equal(await store.get(HASH), undefined)
    assert.deepEqual(
      problems.map(({ code }) => code).slice(0, 1),
      ['ERR_PERSIST_ENTRY_DAMAGED'],
      'nothing was reported, or something else',
    )
  }),

  'a damaged entry does not spoil the others, in no listing and no round trip': needs('damage', async (harness) => {
    const { store, subject, place, adapter } = harness
    for (const hash of ['a', HASH, 'z']) await store.set(plain(hash))
    await subject.damage!(place, NAMESPACE, HASH)
    assert.deepEqual(await hashesIn(store.entries()), ['a', 'z'])
    for (const hash of ['a', 'z']) assert.ok((await hashesIn(store.heads())).includes(hash))
    if (adapter.supports.many) {
      const [first, damaged, last] = await store.getMany!(['a', HASH, 'z'])
      assertEntry(first, plain('a'))
      assert.equal(damaged, undefined)
      assertEntry(last, plain('z'))
    }
  }),

  'a damaged entry is replaced by the next set': needs('damage', async ({ store, subject, place }) => {
    await store.set(plain(HASH))
    await subject.damage!(place, NAMESPACE, HASH)
    await store.set(plain(HASH, 'whole again'))
    assertEntry(await store.get(HASH), plain(HASH, 'whole again'))
  }),

  'a store that cannot be reached is opened and closed without an error': needs('unreachable', async ({ subject }) => {
    const adapter = await subject.unreachable!()
    adapter.open(NAMESPACE)
    await adapter.close()
    await adapter.close()
  }),

  'every method of a store that cannot be reached fails with a code of a StoreError': needs(
    'unreachable',
    async ({ subject }) => {
      const adapter = await subject.unreachable!()
      try {
        for (const [method, act] of methodsOf(adapter)) await assertFails(method, act)
      } finally {
        await adapter.close()
      }
    },
  ),
}

function methodsOf(adapter: StoreAdapter): (readonly [string, () => unknown])[] {
  const store = adapter.open(NAMESPACE)
  return [
    ['get', () => store.get(HASH)],
    ['set', () => store.set(plain(HASH))],
    ['delete', () => store.delete(HASH)],
    ['clear', () => store.clear()],
    ['entries', () => hashesIn(store.entries())],
    ['heads', () => hashesIn(store.heads())],
    ['stats', () => store.stats()],
    ['prune', () => store.prune(0)],
    ...(adapter.supports.many ? ([['getMany', () => store.getMany!([HASH])]] as const) : []),
    ...(adapter.supports.lease ? ([['lease', () => store.lease!(HASH, 1000)]] as const) : []),
    ...(adapter.ping ? ([['ping', () => adapter.ping!()]] as const) : []),
  ]
}

async function assertFails(method: string, act: () => unknown): Promise<void> {
  try {
    await act()
  } catch (error) {
    const { code } = error as { code?: unknown }
    assert.match(String(code), /^ERR_PERSIST_STORE/, `${method} failed without a code of a StoreError: ${error}`)
    return
  }
  assert.fail(`${method} succeeded though the store cannot be reached`)
}
