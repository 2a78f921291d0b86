import assert from 'node:assert/strict'
import { headFieldsOf } from '../kit/head.ts'
import { type Behaviors, needs } from './harness.ts'
import { NAMESPACES, READABLE_HASHES, STRINGS } from './hostile-texts.ts'
import { assertEntry, assertPayload, collect, defaultHash, hashesIn, plain } from './samples.ts'

const STRING_FIELDS = headFieldsOf('string').filter((field) => field !== 'hash')

/** Names and payloads that break out, run together, or come back as something else. */
export const hostile: Behaviors = {
  'every namespace is one of its own, whatever its name': async ({ open, again }) => {
    const stores = NAMESPACES.map((namespace) => [namespace, open(namespace)] as const)
    for (const [namespace, store] of stores) await store.set(plain('a', namespace))
    const twin = await again()
    for (const [namespace, store] of stores) {
      const shown = `the entry of namespace ${JSON.stringify(namespace.slice(0, 40))}`
      assertEntry(await store.get('a'), plain('a', namespace), shown)
      assertEntry(await twin.open(namespace).get('a'), plain('a', namespace), shown)
      assert.deepEqual(await hashesIn(store.heads()), ['a'], shown)
    }
    for (const [index, [namespace, store]] of stores.entries()) {
      assert.equal(await store.clear(), 1, `clear of ${JSON.stringify(namespace.slice(0, 40))}`)
      for (const [later, other] of stores.slice(index + 1)) {
        assertEntry(
          await other.get('a'),
          plain('a', later),
          `${JSON.stringify(later.slice(0, 40))} after clear of ${JSON.stringify(namespace.slice(0, 40))}`,
        )
      }
    }
  },

  'a namespace and a hash are not mistaken for another pair that reads the same': async ({ open, adapter }) => {
    for (const between of [':', '::', '/', '.', '-', '_', '\0', ' ', '|', '%3A']) {
      const pairs = [
        ['x', `y${between}z`],
        [`x${between}y`, 'z'],
      ] as const
      const accepted = pairs.filter(([, hash]) => accepts(() => adapter.checkHash?.(hash)))
      for (const [namespace, hash] of accepted) await open(namespace).set(plain(hash, namespace))
      for (const [namespace, hash] of accepted) {
        assertEntry(await open(namespace).get(hash), plain(hash, namespace), `${namespace} and ${hash}`)
        assert.deepEqual(
          (await hashesIn(open(namespace).heads())).filter((listed) => listed === hash),
          [hash],
        )
      }
    }
  },

  'hashes that differ in one letter, also only in its case, are different': async ({ store }) => {
    const hashes = ['q', 'Q', '-', '_', '0', 'O'].map((last) => `${defaultHash(1).slice(0, -1)}${last}`)
    for (const hash of hashes) await store.set(plain(hash))
    for (const hash of hashes) assertEntry(await store.get(hash), plain(hash))
    assert.deepEqual(await hashesIn(store.heads()), [...hashes].sort())
    assert.equal(await store.delete(hashes[0]!), true)
    assertEntry(await store.get(hashes[1]!), plain(hashes[1]!))
  },

  "a user's own hash is kept apart from every other, or refused by checkHash with a HashError": async ({
    store,
    adapter,
  }) => {
    const accepted = READABLE_HASHES.filter((hash) => accepts(() => adapter.checkHash?.(hash)))
    for (const hash of accepted) await store.set(plain(hash))
    for (const hash of accepted)
      assertEntry(await store.get(hash), plain(hash), `the entry of ${JSON.stringify(hash.slice(0, 40))}`)
    assert.deepEqual(await hashesIn(store.entries()), [...accepted].sort())
    for (const [index, hash] of accepted.entries()) {
      assert.equal(await store.delete(hash), true, `delete of ${JSON.stringify(hash.slice(0, 40))}`)
      assert.equal((await store.stats()).entries, accepted.length - index - 1)
    }
  },

  "a lease on a user's own hash holds for that hash alone": needs('lease', async ({ store, adapter }) => {
    const accepted = READABLE_HASHES.filter((hash) => accepts(() => adapter.checkHash?.(hash)))
    for (const hash of accepted)
      assert.ok(await store.lease!(hash, 60_000), `the lease of ${JSON.stringify(hash.slice(0, 40))}`)
    for (const hash of accepted) assert.equal(await store.lease!(hash, 60_000), undefined)
    assert.deepEqual(await hashesIn(store.heads()), [])
  }),

  'a string comes back as the same string': async ({ store }) => {
    for (const [index, text] of STRINGS.entries()) await store.set(plain(`text-${index}`, text))
    const met = await collect(store.entries())
    for (const [index, text] of STRINGS.entries()) {
      assertEntry(await store.get(`text-${index}`), plain(`text-${index}`, text))
      assertEntry(met.get(`text-${index}`), plain(`text-${index}`, text))
    }
  },

  'bytes come back as the same bytes': async ({ store }) => {
    const payloads = [[], [0], [255], [10], [13, 10], [0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xed, 0xa0, 0x80]].map(
      (bytes) => new Uint8Array(bytes),
    )
    payloads.push(Uint8Array.from({ length: 256 }, (_, byte) => byte))
    for (const [index, bytes] of payloads.entries()) await store.set(plain(`bytes-${index}`, bytes))
    const met = await collect(store.entries())
    for (const [index, bytes] of payloads.entries()) {
      assertEntry(await store.get(`bytes-${index}`), plain(`bytes-${index}`, bytes))
      assertEntry(met.get(`bytes-${index}`), plain(`bytes-${index}`, bytes))
    }
  },

  'a string and its bytes are different payloads': async ({ store }) => {
    for (const text of ['', 'abc', '{"json":1}', 'ä']) {
      await store.set(plain('text', text))
      await store.set(plain('bytes', new TextEncoder().encode(text)))
      assertPayload((await store.get('text'))?.payload, text)
      assertPayload((await store.get('bytes'))?.payload, new TextEncoder().encode(text))
    }
  },

  'bytes from the middle of a larger buffer are those bytes alone': async ({ store }) => {
    const slab = Buffer.from('before|the payload|after')
    await store.set(plain('a', slab.subarray(7, 18)))
    assertEntry(await store.get('a'), plain('a', new TextEncoder().encode('the payload')))
  },

  'the store shares its bytes with no caller': async ({ store }) => {
    const given = new Uint8Array([1, 2, 3])
    await store.set(plain('a', given))
    given.fill(9)
    const first = (await store.get('a'))?.payload as Uint8Array
    assertPayload(first, new Uint8Array([1, 2, 3]))
    first.fill(9)
    assertEntry(await store.get('a'), plain('a', new Uint8Array([1, 2, 3])))
  },

  'key, metadata, version and tags may be any string': async ({ store }) => {
    for (const [index, text] of STRINGS.entries()) {
      const entry = {
        ...plain(`head-${index}`),
        ...Object.fromEntries(STRING_FIELDS.map((field) => [field, text])),
        tags: [text, text],
      }
      await store.set(entry)
      assertEntry(await store.get(entry.hash), entry)
    }
  },

  'numbers come back to the last digit': async ({ store }) => {
    const entry = {
      ...plain('a'),
      createdAt: 1_700_000_000_123,
      expiresAt: 8_640_000_000_000_000,
      durationMs: 0.123456789012345,
    }
    await store.set(entry)
    assertEntry(await store.get('a'), entry)
  },
}

function accepts(check: () => void): boolean {
  try {
    check()
    return true
  } catch (error) {
    assert.equal((error as { code?: unknown }).code, 'ERR_PERSIST_HASH', `checkHash threw something else: ${error}`)
    return false
  }
}
