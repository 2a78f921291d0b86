import assert from 'node:assert/strict'
import type { Lease, LeaseHolder, Store } from '../contract.ts'
import { type Behaviors, needs } from './harness.ts'
import { taken } from './lease.ts'
import { assertEntry, defaultHash, plain } from './samples.ts'

const HASH = defaultHash(1)
const LONG = 60_000
/** As many as core gives at most, and as long. */
const MANY = Array.from({ length: 100 }, (_, number) => `${number} "\\\n\u{1F310}é`.padEnd(200, 'x'))

/** A lease says which leases its holder waits for, so that calls that wait for each other can see it. */
export const waits: Behaviors = {
  'a holder that waits says for which leases to all who ask, and keeps its lease': needs(
    'waitsFor',
    async ({ store, twin }) => {
      const other = await twin()
      const held = await taken(store)
      for (const ids of [['one'], ['another', 'one'], MANY, ['two'], []]) {
        await held.waitsFor!(ids)
        for (const asker of [other, store]) assert.deepEqual(await waitsForOf(asker), ids)
      }
      await held.waitsFor!(['one'])
      await held.promised?.()
      assert.equal(await held.renew(2 * LONG), true)
      assert.deepEqual(await waitsForOf(other), ['one'], 'a renewal, or a promise, has wiped it out')
      if (held.promised) assert.equal((await holderOf(other)).promised, true, 'the promise is missing')
    },
  ),

  'the waits of a lease are of that lease alone': needs('waitsFor', async ({ store, twin, open }) => {
    const other = await twin()
    const held = await taken(store)
    const next = (await store.lease!(defaultHash(2), LONG))!
    await open('conformance-other').lease!(HASH, LONG)
    await held.waitsFor!(['one'])
    await next.waitsFor!(['two'])
    assert.deepEqual(await waitsForOf(other), ['one'])
    assert.deepEqual(await waitsForOf(other, defaultHash(2)), ['two'])
    assert.deepEqual(await waitsForOf(open('conformance-other')), [])
  }),

  'an entry that is published after a wait is whole, and the next lease says nothing of the wait': needs(
    'waitsFor',
    async ({ store, twin }) => {
      const other = await twin()
      for (const ids of [['one'], MANY]) {
        const held = await taken(store)
        await held.waitsFor!(ids)
        assert.equal(await held.publish(plain(HASH, '')), true)
        assertEntry(await other.get(HASH), plain(HASH, ''))
        const next = await taken(store)
        assert.deepEqual(await waitsForOf(other), [])
        await next.release()
      }
    },
  ),

  'a holder that lost its lease says nothing of what the next one waits for': needs(
    'waitsFor',
    async ({ store, twin }) => {
      const other = await twin()
      const ends: Record<string, (lease: Lease) => unknown> = {
        release: (lease) => lease.release(),
        publish: (lease) => lease.publish(plain(HASH, 'mine')),
        steal: async () => (await taken(other, { steal: true })).release(),
        delete: () => other.delete(HASH),
        clear: () => other.clear(),
      }
      for (const [method, end] of Object.entries(ends)) {
        const lost = await taken(store)
        await end(lost)
        await lost.waitsFor!(['one'])
        const next = await store.lease!(HASH, LONG)
        assert.ok(next, `a lease that was lost by ${method} came back`)
        await lost.waitsFor!(['two'])
        assert.deepEqual(await waitsForOf(other), [], `after ${method}`)
        assert.equal(await next.renew(LONG), true)
        await next.release()
      }
    },
  ),
}

async function waitsForOf(store: Store, hash = HASH): Promise<readonly string[]> {
  return (await holderOf(store, hash)).waitsFor ?? []
}

async function holderOf(store: Store, hash = HASH): Promise<LeaseHolder> {
  const met: LeaseHolder[] = []
  const lease = await store.lease!(hash, LONG, { onHeld: (holder) => void met.push(holder) })
  assert.equal(lease, undefined, 'the lease was lost')
  assert.equal(met.length, 1, 'no holder was shown')
  return met[0]!
}
