import assert from 'node:assert/strict'
import type { Store } from '../contract.ts'
import { type Behaviors, needs } from './harness.ts'
import { taken } from './lease.ts'
import { assertEntry, defaultHash, plain, sleep } from './samples.ts'

const HASH = defaultHash(1)
const SHORT = 300
const LONG = 60_000
const LATE = plain(HASH, 'the late one')
const NEWER = plain(HASH, 'the newer one')

/** A holder that lost its lease cannot overwrite a newer entry, nor bring back a deleted one. */
export const fencing: Behaviors = {
  'a set ends the lease: the holder cannot overwrite it': needs('lease', async ({ store, twin }) => {
    const held = await taken(store)
    await (await twin()).set(NEWER)
    assert.equal(await held.renew(LONG), false)
    assert.equal(await held.publish(LATE), false)
    await held.release()
    assertEntry(await store.get(HASH), NEWER)
    await taken(store)
  }),

  'a delete ends the lease: the holder cannot bring the entry back': needs('lease', async ({ store, twin }) => {
    const other = await twin()
    await store.set(NEWER)
    const held = await taken(store)
    assert.equal(await other.delete(HASH), true)
    await cannotPublish(held, store)
  }),

  'a delete of what is only being computed ends the lease as well': needs('lease', async ({ store, twin }) => {
    const other = await twin()
    const held = await taken(store)
    assert.equal(await other.delete(HASH), false)
    await cannotPublish(held, store)
  }),

  'a clear ends the leases of its namespace: no holder can bring an entry back': needs(
    'lease',
    async ({ store, twin }) => {
      const other = await twin()
      await store.set(plain('another'))
      const held = await taken(store)
      assert.equal(await other.clear(), 1)
      await cannotPublish(held, store)
    },
  ),

  'a change of another entry leaves the lease alone': needs('lease', async ({ store, twin, adapter }) => {
    const other = await twin()
    const held = await taken(store)
    await other.set({ ...plain('another'), tags: ['red'] })
    if (adapter.supports.tags) await other.deleteByTag!('red')
    await other.delete('another')
    await (await other.lease!('another', LONG))!.publish(plain('another'))
    assert.equal(await held.renew(LONG), true)
    assert.equal(await held.publish(NEWER), true)
    assertEntry(await store.get(HASH), NEWER)
  }),

  'a clear leaves the leases of other namespaces alone': needs('lease', async ({ store, open }) => {
    const held = await taken(store)
    await open('conformance-other').clear()
    assert.equal(await held.publish(NEWER), true)
  }),

  'a lease after a set, a delete or a steal is a new one, not the old one again': needs(
    'lease',
    async ({ store, twin }) => {
      const other = await twin()
      const first = await taken(store)
      await other.delete(HASH)
      const second = await taken(other)
      assert.equal(await first.renew(LONG), false)
      assert.equal(await first.publish(LATE), false)
      assert.equal(await second.publish(NEWER), true)
      assertEntry(await store.get(HASH), NEWER)
    },
  ),

  'exactly one of a late holder and a thief at the same time publishes': needs('lease', async ({ store, twin }) => {
    const other = await twin()
    for (let round = 0; round < 10; round++) {
      const first = await taken(store)
      const [late, second] = await Promise.all([first.publish(LATE), other.lease!(HASH, LONG, { steal: true })])
      const newer = await second!.publish(NEWER)
      assert.equal(newer, true, 'the thief holds the lease and could not publish')
      assert.equal(await first.publish(LATE), false)
      assertEntry(await store.get(HASH), NEWER, `what the thief published (late: ${late})`)
      await store.clear()
    }
  }),

  'a holder that is silent for its time loses the lease to the next asker': needs(
    'silence',
    async ({ store, twin, eventually }) => {
      const other = await twin()
      const first = await taken(store, {}, SHORT)
      const second = await eventually('the lease of a silent holder', async () => other.lease!(HASH, SHORT))
      assert.equal(await first.renew(LONG), false)
      assert.equal(await first.publish(LATE), false)
      assert.equal(await second.publish(NEWER), true)
      assertEntry(await store.get(HASH), NEWER)
    },
  ),

  'a holder that renews keeps the lease': needs('lease', async ({ store, twin }) => {
    const other = await twin()
    const held = await taken(store, {}, SHORT)
    assert.equal(await held.renew(LONG), true)
    const end = performance.now() + 3 * SHORT
    while (performance.now() < end) {
      assert.equal(await other.lease!(HASH, LONG), undefined, 'the lease was given away though it had been renewed')
      await sleep(50)
    }
    assert.equal(await held.publish(NEWER), true)
  }),
}

async function cannotPublish(held: Awaited<ReturnType<typeof taken>>, store: Store): Promise<void> {
  assert.equal(await held.renew(LONG), false)
  assert.equal(await held.publish(LATE), false)
  assert.equal(await store.get(HASH), undefined)
  await taken(store)
}
