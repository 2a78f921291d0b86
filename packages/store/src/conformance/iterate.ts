import assert from 'node:assert/strict'
import type { Head, Listing, Mode, Store } from '../contract.ts'
import { type Behaviors, needs } from './harness.ts'
import { assertEntry, collect, defaultHash, forAll, hashesIn, plain } from './samples.ts'

const HASHES = Array.from({ length: 60 }, (_, number) => defaultHash(number))
const NAMES = ['power', 'Power', 'Class.method', 'a/b', 'a:b', '100%', '..', 'größe', 'power1']
const LISTINGS = ['entries', 'heads'] as const

/** Listings are complete, end, and stand whatever happens meanwhile. */
export const iterate: Behaviors = {
  'an empty namespace lists nothing': async ({ store }) => {
    for (const listing of LISTINGS) assert.deepEqual(await hashesIn(store[listing]()), [])
  },

  'a listing goes on where a page ends': async ({ store }) => {
    const hashes = Array.from({ length: 1_100 }, (_, number) => defaultHash(number))
    await forAll(hashes, (hash) => store.set(plain(hash)))
    for (const listing of LISTINGS) assert.deepEqual(await hashesIn(store[listing]()), [...hashes].sort())
    assert.equal((await store.stats()).entries, hashes.length)
    assert.equal(await store.clear(), hashes.length)
    assert.deepEqual(await hashesIn(store.heads()), [])
  },

  'a listing that is stopped early leaves the store usable': async ({ store }) => {
    await filled(store)
    for (const listing of LISTINGS) {
      for (let round = 0; round < 20; round++) for await (const _ of store[listing]()) break
    }
    await store.set(plain('a'))
    assertEntry(await store.get('a'), plain('a'))
    assert.equal((await collect(store.heads())).size, HASHES.length + 1)
  },

  'two listings at once do not disturb each other': async ({ store }) => {
    await filled(store)
    const outer: string[] = []
    for await (const { hash } of store.heads()) {
      outer.push(hash)
      if (outer.length % 20 === 0) assert.equal((await collect(store.entries())).size, HASHES.length)
    }
    assert.deepEqual(outer.sort(), [...HASHES].sort())
  },

  'entries that are read meanwhile appear once': async ({ store }) => {
    await listedWhile(store, (hash) => store.get(hash))
  },

  'entries that are replaced meanwhile appear once': async ({ store }) => {
    await listedWhile(store, (hash) => store.set(plain(hash, 'the second')))
  },

  'entries that are written meanwhile drive none away and do not make the listing endless': async ({ store }) => {
    let written = 0
    await listedWhile(store, () => (written < 500 ? store.set(plain(`new-${written++}`)) : undefined))
  },

  'every entry may be deleted while it is listed': async ({ store }) => {
    for (const listing of LISTINGS) {
      await filled(store)
      const met = new Set<string>()
      for await (const { hash } of store[listing]()) {
        assert.ok(!met.has(hash), `the listing gave ${hash} twice`)
        met.add(hash)
        assert.equal(await store.delete(hash), true)
      }
      assert.deepEqual([...met].sort(), [...HASHES].sort())
      assert.equal((await store.stats()).entries, 0)
    }
  },

  'a namespace may be cleared while it is listed': async ({ store, twin }) => {
    const other = await twin()
    for (const listing of LISTINGS) {
      await filled(store)
      let met = 0
      for await (const _ of store[listing]()) if (++met === 5) await other.clear()
      assert.ok(met >= 5 && met <= HASHES.length, `the listing gave ${met} entries`)
      assert.deepEqual(await hashesIn(store[listing]()), [])
    }
  },

  'namespaces names each that has entries, once, whatever its name': needs('namespaces', async ({ adapter, open }) => {
    const listed = async () => {
      const names: string[] = []
      for await (const name of adapter.namespaces!()) names.push(name)
      return names.sort()
    }
    assert.deepEqual(await listed(), [])
    for (const name of NAMES) for (const hash of HASHES.slice(0, 3)) await open(name).set(plain(hash))
    assert.deepEqual(await listed(), [...NAMES].sort())
  }),
}

async function filled(store: Store): Promise<void> {
  await forAll(HASHES, (hash) => store.set(plain(hash)))
}

/** Lists while something else is done to another entry at each step: all that were there appear, once. */
async function listedWhile(store: Store, act: (hash: string) => unknown): Promise<void> {
  for (const listing of LISTINGS) {
    await filled(store)
    let step = 0
    const met = await collect(walked(store[listing](), () => act(HASHES[(step++ * 7) % HASHES.length]!)))
    for (const hash of HASHES) assert.ok(met.has(hash), `${hash} was there all the time and did not appear`)
  }
}

async function* walked(listing: Listing<Mode, Head>, act: () => unknown): AsyncGenerator<Head> {
  for await (const one of listing) {
    yield one
    await act()
  }
}
