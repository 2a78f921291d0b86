import { randomBytes } from 'node:crypto'
import type { Subject } from '@persist/store/conformance'
import { type MongoStoreOptions, mongoStore } from '@persist/store-mongo'
import { MongoClient } from 'mongodb'
import { afterAll } from 'vitest'

/** A document as the tests look at it, without the store. */
export type Stored = { _id: string } & Record<string, unknown>

/** A database of a test file's own, which is dropped at the end. */
export function ownDatabase(url: string) {
  const name = `test-${randomBytes(6).toString('hex')}`
  const client = new MongoClient(url)
  afterAll(async () => {
    await client.db(name).dropDatabase()
    await client.close()
  })
  return {
    url: `${url}${name}`,
    collection: (collection = 'persist') => client.db(name).collection<Stored>(collection),
    client,
    name,
  }
}

/**
 * The subject of the conformance suite: each place is a collection. Without the journal, which thousands of writes would
 * wait for; the crash tests wait for it. Collections stay until the end: operations that a test gave up may still run.
 */
export function subjectOf(url: string, options: MongoStoreOptions = {}): Subject {
  const database = ownDatabase(url)
  return {
    adapter: (place) => mongoStore(`${database.url}?journal=false`, { ...options, collection: place }),
    damage: (place, namespace, hash) =>
      database.collection(place).updateOne({ _id: `${namespace}:${hash}` }, { $set: { payload: 'spoiled' } }),
    unreachable: () => mongoStore('mongodb://127.0.0.1:9/', { serverWaitMs: 100 }),
  }
}
