import assert from 'node:assert/strict'
import type { Lease, LeaseOptions, Store } from '../contract.ts'
import { type Behaviors, needs } from './harness.ts'
import { assertEntry, collect, defaultHash, full, hashesIn, plain } from './samples.ts'

const HASH = defaultHash(1)
const LONG = 60_000
const BYTES = new Uint8Array([0, 255, 10])
const MINE = plain(HASH, 'mine')
const OTHERS = plain(HASH, "another holder's")

/** The right to compute goes to one, whichever adapter asks. */
export const lease: Behaviors = {
  'a lease that is held is given to no other caller': needs('lease', async ({ store, twin }) => {
    const other = await twin()
    await taken(store)
    assert.equal(await other.lease!(HASH, LONG), undefined)
    assert.equal(await store.lease!(HASH, LONG), undefined)
  }),

  'one of many callers at once gets the lease': needs('lease', async ({ store, twin }) => {
    const stores = [store, await twin()]
    for (let round = 0; round < 5; round++) {
      const hash = defaultHash(round)
      const answers = await Promise.all(Array.from({ length: 20 }, (_, asker) => stores[asker % 2]!.lease!(hash, LONG)))
      assert.equal(answers.filter(Boolean).length, 1, 'the lease was handed out more or less than once')
    }
  }),

  'leases of other hashes and other namespaces are other leases': needs('lease', async ({ store, open }) => {
    await taken(store)
    assert.ok(await store.lease!(defaultHash(2), LONG))
    assert.ok(await open('conformance-other').lease!(HASH, LONG))
  }),

  'publish puts the entry in place and ends the lease': needs('lease', async ({ store, twin }) => {
    const other = await twin()
    const held = await taken(store)
    assert.equal(await held.publish(MINE), true)
    assertEntry(await other.get(HASH), MINE)
    assert.ok(await other.lease!(HASH, LONG), 'the lease outlived its publishing')
  }),

  'publish stores what set would store: every field, text as text and bytes as bytes': needs(
    'lease',
    async ({ store, twin }) => {
      const other = await twin()
      // The last one has fewer fields than the one before: none of those stays.
      for (const entry of [full(HASH), full(HASH, BYTES), plain(HASH, BYTES)]) {
        assert.equal(await (await taken(store)).publish(entry), true)
        assertEntry(await other.get(HASH), entry)
        assertEntry((await collect(other.entries())).get(HASH), entry)
        const { payload, ...head } = entry
        assert.deepEqual((await collect(other.heads())).get(HASH), { ...head, bytes: Buffer.byteLength(payload) })
      }
    },
  ),

  'a lease publishes once': needs('lease', async ({ store }) => {
    const held = await taken(store)
    await held.publish(MINE)
    assert.equal(await held.publish(OTHERS), false)
    assert.equal(await held.renew(LONG), false)
    assertEntry(await store.get(HASH), MINE)
  }),

  'the old entry is served while a lease is held over it': needs('lease', async ({ store, twin }) => {
    const other = await twin()
    await store.set(OTHERS)
    const held = await taken(store)
    assertEntry(await other.get(HASH), OTHERS)
    assert.deepEqual(await hashesIn(other.heads()), [HASH])
    assert.equal(await held.publish(MINE), true)
    assertEntry(await other.get(HASH), MINE)
  }),

  'a lease says that it found nothing only where there is no entry': needs('lease', async ({ store, twin }) => {
    const other = await twin()
    await store.set(OTHERS)
    assert.notEqual((await other.lease!(HASH, LONG))?.foundNothing, true, 'there was an entry')
    await store.delete(HASH)
    const held = await taken(other)
    await held.publish(MINE)
    assert.notEqual((await store.lease!(HASH, LONG))?.foundNothing, true, 'there was an entry')
  }),

  'a lease that is given back goes to the next asker, and cannot publish any more': needs(
    'lease',
    async ({ store, twin }) => {
      const other = await twin()
      const first = await taken(store)
      await first.release()
      const second = await taken(other)
      assert.equal(await first.publish(MINE), false)
      assert.equal(await first.renew(LONG), false)
      assert.equal(await store.get(HASH), undefined)
      assert.equal(await second.publish(OTHERS), true)
    },
  ),

  'release touches only its own lease, and twice is fine': needs('lease', async ({ store, twin }) => {
    const other = await twin()
    const first = await taken(store)
    await first.release()
    const second = await taken(other)
    await first.release()
    assert.equal(
      await store.lease!(HASH, LONG),
      undefined,
      'the release of an old lease gave away that of another holder',
    )
    assert.equal(await second.renew(LONG), true)
  }),

  'release takes nothing from what was stored': needs('lease', async ({ store }) => {
    await store.set(OTHERS)
    await (await taken(store)).release()
    assertEntry(await store.get(HASH), OTHERS)
    const published = await taken(store)
    await published.publish(MINE)
    await published.release()
    assertEntry(await store.get(HASH), MINE)
  }),

  'steal takes the lease from a live holder, who cannot publish any more': needs('lease', async ({ store, twin }) => {
    const other = await twin()
    const first = await taken(store)
    const second = await taken(other, { steal: true })
    assert.equal(await first.renew(LONG), false)
    assert.equal(await first.publish(OTHERS), false)
    await first.release()
    assert.equal(await store.get(HASH), undefined)
    assert.equal(await store.lease!(HASH, LONG), undefined)
    assert.equal(await second.publish(MINE), true)
    assertEntry(await store.get(HASH), MINE)
  }),

  'steal takes a free lease': needs('lease', async ({ store }) => {
    assert.equal(await (await taken(store, { steal: true })).publish(MINE), true)
  }),

  'a lease is no entry': needs('lease', async ({ store, adapter }) => {
    const held = await taken(store)
    assert.equal(await store.get(HASH), undefined)
    if (adapter.supports.many) assert.deepEqual(await store.getMany!([HASH]), [undefined])
    assert.deepEqual(await hashesIn(store.heads()), [])
    assert.deepEqual(await hashesIn(store.entries()), [])
    assert.equal((await store.stats()).entries, 0)
    assert.equal(await held.renew(LONG), true)
  }),

  'prune leaves a live lease alone': needs('lease', async ({ store }) => {
    const held = await taken(store)
    assert.equal(await store.prune(Date.now(), { maxEntries: 1, maxBytes: 1 }), 0)
    assert.equal(await held.publish(MINE), true)
    assertEntry(await store.get(HASH), MINE)
  }),
}

/** The lease, which must be free. */
export async function taken(store: Store, options?: LeaseOptions, ms = LONG): Promise<Lease> {
  const held = await store.lease!(HASH, ms, options)
  assert.ok(held, 'the lease was refused though it is free')
  return held
}
