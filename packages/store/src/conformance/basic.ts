import assert from 'node:assert/strict'
import { headFieldsOf } from '../kit/head.ts'
import { type Behaviors, needs } from './harness.ts'
import { assertEntry, collect, defaultHash, forAll, full, hashesIn, plain } from './samples.ts'

/** An entry comes back as it was stored, through every method. */
export const basic: Behaviors = {
  'an entry that was never set is undefined': async ({ store }) => {
    assert.equal(await store.get(defaultHash(1)), undefined)
  },

  'every head field comes back exactly': async ({ store }) => {
    await store.set(full(defaultHash(1)))
    assertEntry(await store.get(defaultHash(1)), full(defaultHash(1)))
  },

  'a field that was absent stays absent': async ({ store }) => {
    await store.set(plain(defaultHash(1)))
    assertEntry(await store.get(defaultHash(1)), plain(defaultHash(1)))
  },

  'a field that is empty or zero is not taken for absent': async ({ store }) => {
    const strings = headFieldsOf('string').filter((field) => field !== 'hash')
    const empty = Object.fromEntries(strings.map((field) => [field, '']))
    const entry = { ...plain(defaultHash(1)), ...empty, tags: [], durationMs: 0, promised: false }
    await store.set(entry)
    assertEntry(await store.get(entry.hash), entry)
  },

  'long and many fields come back whole': async ({ store }) => {
    const tags = Array.from({ length: 200 }, (_, number) => `tag ${number}`)
    const inputs = Array.from(
      { length: 2_000 },
      (_, number) => `env 2jmj7l5rSw0yVb_vlWAYkK c2FsdA ${'N'.repeat(80)}${number}`,
    )
    const entry = { ...full(defaultHash(1)), key: 'k'.repeat(500_000), metadata: 'm'.repeat(100_000), tags, inputs }
    await store.set(entry)
    assertEntry(await store.get(entry.hash), entry)
    const { payload, ...head } = entry
    assert.deepEqual((await collect(store.heads())).get(entry.hash), { ...head, bytes: Buffer.byteLength(payload) })
  },

  'set replaces the whole entry': async ({ store }) => {
    await store.set(full(defaultHash(1), 'the first'))
    await store.set(plain(defaultHash(1), 'the second'))
    assertEntry(await store.get(defaultHash(1)), plain(defaultHash(1), 'the second'))
    assert.deepEqual(await hashesIn(store.heads()), [defaultHash(1)])
  },

  'delete returns whether there was an entry, and touches no other': async ({ store }) => {
    await store.set(plain('a'))
    await store.set(plain('b'))
    assert.equal(await store.delete('a'), true)
    assert.equal(await store.delete('a'), false)
    assert.equal(await store.get('a'), undefined)
    assertEntry(await store.get('b'), plain('b'))
  },

  'clear empties the namespace and returns how many entries there were': async ({ store, open }) => {
    const other = open('conformance-other')
    await other.set(plain('c'))
    await store.set(plain('a'))
    await store.set(plain('b'))
    assert.equal(await store.clear(), 2)
    assert.deepEqual(await hashesIn(store.heads()), [])
    assert.equal(await store.clear(), 0)
    assertEntry(await other.get('c'), plain('c'), 'the entry of another namespace')
  },

  'entries gives every entry whole': async ({ store }) => {
    const bytes = new Uint8Array([0, 255, 10])
    await store.set(full('a'))
    await store.set(plain('b', bytes))
    const met = await collect(store.entries())
    assert.deepEqual([...met.keys()].sort(), ['a', 'b'])
    assertEntry(met.get('a'), full('a'))
    assertEntry(met.get('b'), plain('b', bytes))
  },

  'heads gives every head without the payload, with its size in bytes': async ({ store }) => {
    const { payload: text, ...head } = full('a', 'äöü€😀')
    await store.set({ ...head, payload: text })
    await store.set(plain('b', new Uint8Array(1234)))
    await store.set(plain('c', ''))
    const met = await collect(store.heads())
    assert.deepEqual({ ...met.get('a') }, { ...head, bytes: 13 })
    assert.equal(met.get('b')?.bytes, 1234)
    assert.equal(met.get('c')?.bytes, 0)
    for (const listed of met.values()) assert.ok(!('payload' in listed), 'a head came with its payload')
  },

  'stats counts the entries and their bytes': async ({ store }) => {
    assert.equal((await store.stats()).entries, 0)
    await store.set(plain('a'))
    const before = await store.stats()
    assert.equal(before.entries, 1)
    await store.set(plain('b', crypto.getRandomValues(new Uint8Array(50_000))))
    const after = await store.stats()
    assert.equal(after.entries, 2)
    assert.ok(
      after.bytes - before.bytes >= 50_000,
      `50,000 bytes more, and stats went from ${before.bytes} to ${after.bytes}`,
    )
    await store.clear()
    assert.equal((await store.stats()).entries, 0)
  },

  'a namespace opened twice is the same': async ({ store, open }) => {
    await store.set(plain('a'))
    assertEntry(await open('conformance').get('a'), plain('a'))
  },

  'another adapter of the same place sees at once what was set and deleted': async ({ store, twin }) => {
    const other = await twin()
    assert.equal(await other.get('a'), undefined)
    await store.set(plain('a', 'the first'))
    assertEntry(await other.get('a'), plain('a', 'the first'))
    await other.set(plain('a', 'the second'))
    assertEntry(await store.get('a'), plain('a', 'the second'))
    await store.delete('a')
    assert.equal(await other.get('a'), undefined)
  },

  'getMany answers in the order of the hashes, absent ones and duplicates in their places': needs(
    'many',
    async ({ store }) => {
      await store.set(plain('a'))
      await store.set(full('b', new Uint8Array([1, 2])))
      const found = await store.getMany!(['b', 'absent', 'a', 'b', 'absent'])
      assert.equal(found.length, 5)
      assertEntry(found[0], full('b', new Uint8Array([1, 2])))
      assert.equal(found[1], undefined)
      assertEntry(found[2], plain('a'))
      assertEntry(found[3], full('b', new Uint8Array([1, 2])))
      assert.equal(found[4], undefined)
      assert.deepEqual(await store.getMany!([]), [])
    },
  ),

  'getMany finds more entries than fit into a page': needs('many', async ({ store }) => {
    const hashes = Array.from({ length: 1_100 }, (_, number) => defaultHash(number))
    await forAll(hashes, (hash) => store.set(plain(hash)))
    const found = await store.getMany!([...hashes, 'absent'])
    assert.equal(found.length, hashes.length + 1)
    for (const [index, hash] of hashes.entries()) assertEntry(found[index], plain(hash))
    assert.equal(found[hashes.length], undefined)
  }),
}
