import { readFileSync } from 'node:fs'
import type { Entry } from '@persist/store'
import { mongoStore } from '@persist/store-mongo'
import { BSON } from 'mongodb'
import { afterAll, expect, test } from 'vitest'
import { withMongo } from '../../../test/support/with-mongo.ts'
import { ownDatabase, type Stored } from './subject.ts'

const read = (name: string): Record<string, Stored> =>
  BSON.EJSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8'))
/** By name, in MongoDB's extended JSON. A change here makes stored results unreadable: it needs a new version. */
const golden = { ...read('documents-v1'), ...read('documents-v1-stale') }
/** The letter that the large payload consists of, and how often. */
const LARGE = { letter: 'x', count: 5 * 1024 * 1024, perChunk: 4 * 1024 * 1024 }

const ENTRIES: Record<string, { readonly namespace: string; readonly entry: Entry }> = {
  'text, and nothing else': {
    namespace: 'double',
    entry: { hash: 'wXS1bv', payload: '{"v":1,"json":6}', createdAt: 1_700_000_000_000 },
  },
  'every field': {
    namespace: 'Class:method',
    entry: {
      hash: 'every',
      payload: '{"v":1,"json":"ü"}',
      key: '{"v":1,"json":[3]}',
      keyDigest: 'digest',
      metadata: 'by hand',
      version: '2',
      source: 'source',
      tags: ['a', 'b'],
      createdAt: 1_700_000_000_000,
      expiresAt: 1_700_000_060_000,
      durationMs: 12.5,
      promised: true,
    },
  },
  bytes: { namespace: 'bytes', entry: { hash: 'bytes', payload: Uint8Array.of(0, 1, 254, 255), createdAt: 1 } },
  'texts that UTF-8 cannot carry': {
    namespace: '100%',
    entry: { hash: 'wide', payload: 'half \ud83d', key: '\udc00', tags: ['\ud800'], createdAt: 1 },
  },
  'an entry with a stale window': {
    namespace: 'double',
    entry: {
      hash: 'stale',
      payload: '{"v":1,"json":6}',
      createdAt: 1_700_000_000_000,
      expiresAt: 1_700_000_060_000,
      staleUntil: 1_700_604_860_000,
    },
  },
  'times that are no dates': {
    namespace: 'times',
    entry: { hash: 'times', payload: '', createdAt: 0.5, expiresAt: 1e300 },
  },
}

withMongo('the documents of version 1', (url) => {
  const database = ownDatabase(url)
  const adapter = mongoStore(database.url)
  const documents = database.collection()
  afterAll(() => adapter.close())

  for (const [name, { namespace, entry }] of Object.entries(ENTRIES)) {
    test(`${name}: written as ever`, async () => {
      await adapter.open(namespace).set(entry)
      const written = await documents.findOne({ payload: { $exists: true } })
      expect(comparable(written)).toEqual(comparable(golden[name]))
      await documents.deleteMany({})
    })

    test(`${name}: read as ever`, async () => {
      await documents.insertOne(golden[name]!)
      expect(await adapter.open(namespace).get(entry.hash)).toEqual(entry)
      await documents.deleteMany({})
    })
  }

  for (const name of ['a lease', 'a lease over an entry']) {
    test(`${name}: respected, and taken from its holder, as ever`, async () => {
      await documents.insertOne(golden[name]!)
      const store = adapter.open('double')
      expect(await store.lease!('leased', 60_000)).toBeUndefined()
      expect((await store.get('leased'))?.payload).toBe(golden[name]!.payload)
      expect(await store.lease!('leased', 60_000, { steal: true })).toBeDefined()
      const taken = await documents.findOne({ _id: 'double:leased' })
      expect(taken!.lease).toEqual({ id: expect.any(String), beat: 0, ms: 60_000, holder: expect.any(String) })
      expect({ ...taken, lease: 0, dropAt: 0 }).toEqual({ ...golden[name], lease: 0, dropAt: 0 })
      await documents.deleteMany({})
    })
  }

  test('chunks: read as ever', async () => {
    const head = golden['the head of chunks']!
    await documents.insertOne(head)
    for (let index = 0; index < (head.chunks as number); index++) {
      const size = Math.min(LARGE.perChunk, LARGE.count - index * LARGE.perChunk)
      const bytes = new BSON.Binary(Buffer.alloc(size, LARGE.letter))
      await documents.insertOne({ ...golden[`chunk ${index}`]!, bytes })
    }
    const entry = await adapter.open('large').get('large')
    expect(entry?.payload === LARGE.letter.repeat(LARGE.count)).toBe(true)
    await documents.deleteMany({})
  })

  test('a document of another version is left alone, and no entry', async () => {
    const codes: string[] = []
    await documents.insertOne({ ...golden['text, and nothing else']!, v: 2 })
    const store = adapter.open('double', { report: ({ code }) => void codes.push(code) })
    expect(await store.get('wXS1bv')).toBeUndefined()
    expect(codes).toEqual(['ERR_PERSIST_STORE_FORMAT'])
    expect(await documents.countDocuments({ v: 2 })).toBe(1)
  })
})

/** As JSON, without what is different at each writing. */
function comparable(document: Stored | undefined | null): object {
  const { gen, usedAt, ...rest } = document!
  expect([typeof gen, usedAt instanceof Date]).toEqual(['string', true])
  return JSON.parse(BSON.EJSON.stringify(rest))
}
