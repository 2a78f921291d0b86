import { mongoStore } from '@persist/store-mongo'
import { afterAll, afterEach, expect, test } from 'vitest'
import { withMongo } from '../../../test/support/with-mongo.ts'
import { ownDatabase } from './subject.ts'

const HOUR = 3_600_000
const BOUND = 20

withMongo('maintenance', (url) => {
  const database = ownDatabase(url)
  const adapter = mongoStore(database.url)
  const documents = database.collection()
  const entryOf = (hash: string) => ({ hash, payload: 'x'.repeat(100), createdAt: 1 })
  afterEach(() => documents.deleteMany({}))
  afterAll(() => adapter.close())

  test('the server deletes what is past its time by itself, and finds tags by an index', async () => {
    await adapter.open('indexed').set(entryOf('a'))
    await until(async () => (await documents.indexes()).length === 3)
    expect(await documents.indexes()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ key: { dropAt: 1 }, expireAfterSeconds: 0, sparse: true }),
        expect.objectContaining({ key: { tags: 1, _id: 1 }, sparse: true }),
      ]),
    )
  })

  test('processes that share a namespace keep its bounds together', async () => {
    const adapters = [mongoStore(database.url), mongoStore(database.url, { clientOptions: {} })]
    const stores = adapters.map((one) => one.open('bounded', { bounds: { maxEntries: BOUND } }))
    for (let number = 0; number < 6 * BOUND; number++) await stores[number % 2]!.set(entryOf(`${number}`))
    await until(async () => {
      // The next writer tidies up.
      await stores[0]!.set(entryOf('last'))
      return (await stores[1]!.stats()).entries <= 1.2 * BOUND
    })
    expect(await stores[1]!.get('last')).toBeDefined()
    await Promise.all(adapters.map((one) => one.close()))
  })

  test('prune keeps an entry that was read recently, and removes entries that were only written', async () => {
    const store = adapter.open('used', { bounds: { maxEntries: 100 } })
    const hashes = ['a', 'b', 'c', 'd']
    for (const hash of hashes) await store.set(entryOf(hash))
    await documents.updateMany({}, { $set: { usedAt: new Date(Date.now() - HOUR) } })
    const began = new Date()
    await store.get('b')
    await until(async () => (await documents.countDocuments({ _id: 'used:b', usedAt: { $gte: began } })) === 1)
    expect(await store.prune(0, { maxEntries: 1 })).toBe(3)
    expect(await store.getMany!(hashes)).toEqual([undefined, entryOf('b'), undefined, undefined])
  })

  test('chunks that no entry names go when they are old, and no others', async () => {
    const store = adapter.open('orphans')
    await store.set({ hash: 'large', payload: Buffer.alloc(17 * 1024 * 1024), createdAt: 1 })
    const chunk = (gen: string, began: Date) => ({
      _id: `orphans%chunks:${gen}:00000`,
      hash: 'lost',
      at: new Date(),
      began,
      bytes: Buffer.of(1),
    })
    await documents.updateMany({ began: { $exists: true } }, { $set: { began: new Date(Date.now() - 2 * HOUR) } })
    await documents.insertMany([chunk('old', new Date(Date.now() - 2 * HOUR)), chunk('young', new Date())])
    await store.prune(Date.now())
    const left = await documents.find({ hash: 'lost' }, { projection: { _id: 1 } }).toArray()
    expect(left).toEqual([{ _id: 'orphans%chunks:young:00000' }])
    expect((await store.get('large'))?.payload.length).toBe(17 * 1024 * 1024)
  })
})

async function until(is: () => Promise<boolean>): Promise<void> {
  while (!(await is())) await new Promise((resolve) => setTimeout(resolve, 50))
}
