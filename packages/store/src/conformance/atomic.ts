import assert from 'node:assert/strict'
import type { Entry, Store } from '../contract.ts'
import { type Behaviors, needs } from './harness.ts'
import { assertEntry, assertWhole, collect, defaultHash, forAll, hashesIn, plain, writing } from './samples.ts'

const MARKS = ['a', 'b', 'ä', '😀']
const HASH = defaultHash(1)

/** All of an entry or nothing, for every reader at every moment. */
export const atomic: Behaviors = {
  'a reader meets the old entry or the new one, never nothing and never a mixture': async ({ store, twin }) => {
    const other = await twin()
    await store.set(writing(HASH, 'a'))
    for (let round = 0; round < 20; round++) {
      await underReaders([store, other], store.set(writing(HASH, MARKS[round % MARKS.length]!)))
    }
  },

  'a reader meets the old entry or the published one, never nothing and never a mixture': needs(
    'lease',
    async ({ store, twin }) => {
      const other = await twin()
      await store.set(writing(HASH, 'a'))
      for (let round = 0; round < 10; round++) {
        const lease = await store.lease!(HASH, 60_000)
        assert.ok(lease, 'the lease is free, and it was refused')
        await underReaders([store, other], lease.publish(writing(HASH, MARKS[round % MARKS.length]!)))
      }
    },
  ),

  'one of several sets at the same time wins, whole': async ({ store, twin }) => {
    const stores = [store, await twin()]
    const marks = [...'abcdefghijklmnop']
    await Promise.all(marks.map((mark, index) => stores[index % 2]!.set(writing(HASH, mark))))
    const entry = await store.get(HASH)
    assertWhole(entry, marks)
    assertEntry(await stores[1]!.get(HASH), entry!)
    const met = await collect(store.entries())
    assert.deepEqual([...met.keys()], [HASH])
    assertEntry(met.get(HASH), entry!)
  },

  'sets of many entries at the same time all arrive': async ({ store, twin }) => {
    const stores = [store, await twin()]
    const hashes = Array.from({ length: 200 }, (_, number) => defaultHash(number))
    await forAll(hashes, (hash) => stores[hash.length % 2]!.set(plain(hash)))
    for (const hash of hashes) assertEntry(await store.get(hash), plain(hash))
    assert.deepEqual(await hashesIn(store.heads()), [...hashes].sort())
  },

  'a delete beside a set leaves the whole entry or nothing': async ({ store, twin }) => {
    const other = await twin()
    for (let round = 0; round < 20; round++) {
      await Promise.all([store.set(writing(HASH, 'a')), other.delete(HASH), store.set(writing(HASH, 'b'))])
      const entry = await store.get(HASH)
      if (entry) assertWhole(entry, ['a', 'b'])
      assert.deepEqual(await hashesIn(other.heads()), entry ? [HASH] : [])
    }
  },

  'a set that fails half-way leaves the old entry as it was': async ({ store }) => {
    await store.set(plain(HASH, 'the old one'))
    for (const field of ['key', 'metadata', 'tags', 'createdAt', 'payload'] as const) {
      await assert.rejects(
        async () => store.set(failingAt(field)),
        /half-way/,
        `set did not pass on that ${field} could not be read`,
      )
      assertEntry(await store.get(HASH), plain(HASH, 'the old one'))
      assert.equal((await store.stats()).entries, 1)
    }
  },

  'a listing meets whole entries while they are replaced': async ({ store, twin }) => {
    const other = await twin()
    const hashes = ['a', 'b', 'c', 'd', 'e']
    for (const hash of hashes) await store.set(writing(hash, 'a'))
    for (const mark of MARKS) {
      const replaced = Promise.all(hashes.map((hash) => store.set(writing(hash, mark))))
      const met = await collect(other.entries())
      assert.deepEqual([...met.keys()].sort(), hashes)
      for (const entry of met.values()) assertWhole(entry, MARKS)
      await replaced
    }
  },
}

async function underReaders(stores: readonly Store[], written: unknown): Promise<void> {
  let done = false
  const writer = Promise.resolve(written).finally(() => {
    done = true
  })
  do {
    for (const entry of await Promise.all(stores.map((store) => store.get(HASH)))) assertWhole(entry, MARKS)
  } while (!done)
  await writer
}

/** An entry of which one field cannot be read. */
function failingAt(field: keyof Entry): Entry {
  const entry = { ...writing(HASH, 'a'), key: 'new', tags: ['new'] }
  return Object.defineProperty(entry, field, {
    enumerable: true,
    get() {
      throw new Error('half-way')
    },
  })
}
