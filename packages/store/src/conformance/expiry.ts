import assert from 'node:assert/strict'
import type { Entry } from '../contract.ts'
import { type Behaviors, needs } from './harness.ts'
import { assertEntry, collect, defaultHash, forAll, hashesIn, LATER, plain, sleep } from './samples.ts'

/** More than a page. */
const MANY = Array.from({ length: 1_100 }, (_, number) => defaultHash(number))

/** The store keeps what expired, since core judges; it goes when `prune` says so, or when the bounds do. */
export const expiry: Behaviors = {
  'an expired entry is still given: core judges': async ({ store, adapter }) => {
    const entry = { ...plain('a'), expiresAt: Date.now() - 5_000 }
    await store.set(entry)
    assertEntry(await store.get('a'), entry)
    assertEntry((await collect(store.entries())).get('a'), entry)
    assert.deepEqual(await hashesIn(store.heads()), ['a'])
    if (adapter.supports.many) assertEntry((await store.getMany!(['a']))[0], entry)
  },

  'an entry whose writer has a clock that is ahead is given, too': async ({ store }) => {
    const entry = { ...plain('a'), createdAt: LATER }
    await store.set(entry)
    assertEntry(await store.get('a'), entry)
    assertEntry((await collect(store.entries())).get('a'), entry)
    assert.deepEqual(await hashesIn(store.heads()), ['a'])
    assert.equal(await store.prune(Date.now()), 0)
  },

  'prune deletes what expired at or before the given time, and returns how many': async ({ store }) => {
    await store.set({ ...plain('before'), expiresAt: LATER - 1 })
    await store.set({ ...plain('at'), expiresAt: LATER })
    await store.set({ ...plain('after'), expiresAt: LATER + 1 })
    await store.set(plain('never'))
    assert.equal(await store.prune(LATER - 2), 0)
    assert.equal(await store.prune(LATER), 2)
    assert.deepEqual(await hashesIn(store.heads()), ['after', 'never'])
    assertEntry(await store.get('never'), plain('never'))
    assert.equal(await store.prune(LATER), 0)
  },

  'prune keeps what may still be served stale, and deletes it when that time is over': async ({ store }) => {
    const stale = { ...plain('stale'), expiresAt: LATER - 1000, staleUntil: LATER }
    await store.set(stale)
    await store.set({ ...plain('over'), expiresAt: LATER - 1000, staleUntil: LATER - 500 })
    assert.equal(await store.prune(LATER - 500), 1)
    assert.deepEqual(await hashesIn(store.heads()), ['stale'])
    assert.equal(await store.prune(LATER - 1), 0)
    assertEntry(await store.get('stale'), stale)
    assert.equal((await collect(store.heads())).get('stale')?.staleUntil, LATER)
    assert.equal(await store.prune(LATER), 1)
    assert.equal(await store.get('stale'), undefined)
  },

  'prune goes on where a page ends': async ({ store }) => {
    await forAll(MANY, (hash) => store.set({ ...plain(hash), expiresAt: LATER }))
    assert.equal(await store.prune(LATER), MANY.length)
    assert.deepEqual(await hashesIn(store.heads()), [])
  },

  'prune touches no other namespace': async ({ store, open }) => {
    const other = open('conformance-other')
    const entry = { ...plain('a'), expiresAt: LATER }
    await store.set(entry)
    await other.set(entry)
    assert.equal(await store.prune(LATER), 1)
    assertEntry(await other.get('a'), entry)
  },

  'prune goes down to maxEntries, and what was written last stays': async ({ store }) => {
    await writtenInTurn(store.set.bind(store))
    assert.equal(await store.prune(0, { maxEntries: 3 }), 7)
    const left = await hashesIn(store.heads())
    assert.equal(left.length, 3)
    assert.ok(left.includes('9'), `the entry that was written last is gone; left are ${left}`)
    assert.equal(await store.prune(0, { maxEntries: 3 }), 0)
  },

  'prune goes down to maxBytes, and what was written last stays': async ({ store }) => {
    await writtenInTurn(store.set.bind(store))
    const gone = await store.prune(0, { maxBytes: 50_000 })
    const left = await collect(store.heads())
    assert.equal(gone + left.size, 10)
    const bytes = [...left.values()].reduce((sum, head) => sum + head.bytes, 0)
    assert.ok(bytes <= 50_000 && bytes > 0, `${bytes} bytes are left of at most 50,000`)
    assert.ok(left.has('9'), 'the entry that was written last is gone')
  },

  'prune deletes what alone is larger than maxBytes, and keeps the smaller entries': async ({ store }) => {
    await writtenInTurn(store.set.bind(store))
    await store.set({ ...plain('large', new Uint8Array(300_000)), createdAt: Date.now() })
    assert.equal(await store.prune(0, { maxBytes: 200_000 }), 1)
    assert.equal(await store.get('large'), undefined)
    assert.equal((await hashesIn(store.heads())).length, 10)
  },

  'prune deletes what expired first, then what goes over the bounds': async ({ store }) => {
    await writtenInTurn(store.set.bind(store))
    await store.set({ ...plain('expired'), expiresAt: LATER })
    assert.equal(await store.prune(LATER, { maxEntries: 10 }), 1)
    assert.equal(await store.get('expired'), undefined)
  },

  'the bounds given to open are kept, approximately': needs('bounds', async ({ open, eventually }) => {
    const bounded = open('conformance-bounded', { maxEntries: 50 })
    let written = 0
    const write = () => bounded.set(plain(String(written++)))
    while (written < 500) await write()
    await eventually('500 entries and more are brought down to nearly 50', async () => {
      await write()
      return (await bounded.stats()).entries <= 100
    })
    assertEntry(await bounded.get(String(written - 1)), plain(String(written - 1)), 'the entry that was written last')
  }),

  'under the bounds given to open, an entry that alone is larger than maxBytes does not displace the others': needs(
    'bounds',
    async ({ open, eventually }) => {
      const bounded = open('conformance-displaced', { maxBytes: 50_000 })
      for (let number = 0; number < 10; number++) await bounded.set(plain(String(number), new Uint8Array(1_000)))
      for (let round = 0; round < 5; round++) {
        await bounded.set(plain('large', new Uint8Array(150_000)))
        await bounded.set(plain('0', new Uint8Array(1_000)))
      }
      await eventually('the large entry is gone', async () => {
        await bounded.set(plain('0', new Uint8Array(1_000)))
        return (await bounded.get('large')) === undefined
      })
      const left = (await hashesIn(bounded.heads())).filter((hash) => hash !== 'large')
      assert.equal(left.length, 10, `left are ${left}`)
    },
  ),

  'deleteByTag deletes every entry with the tag and no other, and returns how many': needs(
    'tags',
    async ({ store, open }) => {
      const other = open('conformance-other')
      const hostile = ['red', 'RED', 're', 'red,green', '$where', '__proto__', 'a\nb', '"', "'", '', '*', 'ä', '😀']
      for (const [index, tag] of hostile.entries()) await store.set({ ...plain(`one-${index}`), tags: [tag, 'all'] })
      await store.set(plain('none'))
      await other.set({ ...plain('elsewhere'), tags: hostile })
      for (const [index, tag] of hostile.entries()) {
        assert.equal(await store.deleteByTag!(tag), 1, `entries with the tag ${JSON.stringify(tag)}`)
        assert.equal(await store.get(`one-${index}`), undefined)
        assert.equal((await store.stats()).entries, hostile.length - index)
      }
      assert.equal(await store.deleteByTag!('all'), 0)
      assert.deepEqual(await hashesIn(store.heads()), ['none'])
      assert.deepEqual(await hashesIn(other.heads()), ['elsewhere'])
    },
  ),

  'deleteByTag goes on where a page ends': needs('tags', async ({ store }) => {
    await forAll(MANY, (hash) => store.set({ ...plain(hash), tags: ['red'] }))
    assert.equal(await store.deleteByTag!('red'), MANY.length)
    assert.deepEqual(await hashesIn(store.heads()), [])
  }),

  'deleteByTag goes by the tags that an entry has now, also by those that were published': needs(
    'tags',
    async ({ store, adapter }) => {
      const put = async (entry: Entry) => {
        if (adapter.supports.lease) assert.equal(await (await store.lease!(entry.hash, 60_000))!.publish(entry), true)
        else await store.set(entry)
      }
      for (const [first, second] of [
        [store.set.bind(store), put],
        [put, store.set.bind(store)],
      ] as const) {
        await first({ ...plain('a'), tags: ['red'] })
        await second({ ...plain('a'), tags: ['green'] })
        assert.equal(await store.deleteByTag!('red'), 0)
        assertEntry(await store.get('a'), { ...plain('a'), tags: ['green'] })
        assert.equal(await store.deleteByTag!('green'), 1)
        assert.equal(await store.get('a'), undefined)
      }
      await put({ ...plain('a'), tags: ['red'] })
      await store.delete('a')
      await put(plain('a'))
      assert.equal(await store.deleteByTag!('red'), 0)
      assertEntry(await store.get('a'), plain('a'))
    },
  ),
}

/** Ten entries of 10,000 bytes, one after the other, by every clock that a store may go by. */
async function writtenInTurn(set: (entry: ReturnType<typeof plain>) => unknown): Promise<void> {
  for (let number = 0; number < 10; number++) {
    await set({ ...plain(String(number), new Uint8Array(10_000)), createdAt: Date.now() - 100_000 + number * 10_000 })
    await sleep(10)
  }
}
