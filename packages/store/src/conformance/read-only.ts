import assert from 'node:assert/strict'
import type { Store } from '../contract.ts'
import { type Behaviors, type Harness, NAMESPACE, needs } from './harness.ts'
import { assertEntry, collect, full, hashesIn, plain } from './samples.ts'

const HASH = 'a'

/** A namespace that is opened for reading only changes nothing, and neither does a look at the adapter. */
export const readOnly: Behaviors = {
  'a namespace that is opened for reading only shows every entry': needs('readOnly', async (harness) => {
    const { store, adapter } = harness
    const reader = openReader(harness)
    assert.equal(await reader.get(HASH), undefined)
    await store.set(full(HASH))
    assertEntry(await reader.get(HASH), full(HASH))
    assertEntry((await collect(reader.entries())).get(HASH), full(HASH))
    assert.deepEqual(await hashesIn(reader.heads()), [HASH])
    assert.equal((await reader.stats()).entries, 1)
    if (adapter.supports.many) assertEntry((await reader.getMany!([HASH]))[0], full(HASH))
  }),

  'a namespace that is opened for reading only refuses every change': needs('readOnly', async (harness) => {
    const { store } = harness
    await store.set({ ...plain(HASH), expiresAt: 1, tags: ['red'] })
    const changes = changesOf(openReader(harness))
    for (const [method, change] of Object.entries(changes)) {
      await assert.rejects(
        async () => change(),
        { code: 'ERR_PERSIST_STORE_READ_ONLY' },
        `${method} did not fail, or with another code`,
      )
      assertEntry(await store.get(HASH), { ...plain(HASH), expiresAt: 1, tags: ['red'] }, `after ${method} the entry`)
      assert.deepEqual(await hashesIn(store.heads()), [HASH])
    }
  }),

  'a damaged entry stays where it is for a reader': needs('damageReadOnly', async (harness) => {
    const { store, subject, place, problems } = harness
    await store.set(plain(HASH))
    await subject.damage!(place, NAMESPACE, HASH)
    for (let look = 1; look <= 2; look++) {
      assert.equal(await openReader(harness).get(HASH), undefined)
      assert.equal(problems.length, look, 'a reader moved the entry away, or did not report it')
      assert.equal(problems.at(-1)!.code, 'ERR_PERSIST_ENTRY_DAMAGED')
    }
  }),

  'exists says no until something is stored, however much is read': needs('exists', async (harness) => {
    const { adapter, store, again } = harness
    assert.equal(await adapter.exists!(), false, 'nothing was stored yet')
    await look(harness)
    assert.equal(await adapter.exists!(), false, 'a look made something')
    await store.set(plain(HASH))
    assert.equal(await adapter.exists!(), true)
    assert.equal(await (await again()).exists!(), true)
  }),
}

function openReader({ adapter, report }: Harness): Store {
  return adapter.open(NAMESPACE, { readOnly: true, report })
}

/** Everything that only reads. */
async function look(harness: Harness): Promise<void> {
  const { adapter } = harness
  if (adapter.namespaces) for await (const name of adapter.namespaces()) assert.fail(`${name} has no entries`)
  if (!adapter.supports.readOnly) return
  const reader = openReader(harness)
  assert.equal(await reader.get(HASH), undefined)
  assert.deepEqual([await hashesIn(reader.entries()), await hashesIn(reader.heads())], [[], []])
  assert.equal((await reader.stats()).entries, 0)
}

function changesOf(reader: Store): Record<string, () => unknown> {
  const { tagFence } = reader
  return {
    set: () => reader.set(plain(HASH, 'another')),
    delete: () => reader.delete(HASH),
    clear: () => reader.clear(),
    prune: () => reader.prune(2),
    ...(reader.deleteByTag && { deleteByTag: () => reader.deleteByTag!('red') }),
    ...(reader.lease && { lease: () => reader.lease!('b', 60_000) }),
    ...(tagFence && { record: () => tagFence.record('red') }),
  }
}
