import { createHash, randomFillSync } from 'node:crypto'
import { mongoStore } from '@persist/store-mongo'
import { expect, test } from 'vitest'
import { withMongo } from '../../../test/support/with-mongo.ts'
import { ownDatabase } from './subject.ts'

const MEGABYTES = process.env.PERSIST_SOAK === '1' ? 100 : 17

withMongo('a value larger than a document', (url) => {
  const database = ownDatabase(url)
  const chunks = () => database.collection().countDocuments({ _id: /^large%chunks:/ as never })

  test(`of ${MEGABYTES} MB is published, read by another client, and leaves nothing when it is replaced`, async () => {
    const [here, there] = [mongoStore(database.url), mongoStore(database.url, { clientOptions: {} })]
    const payload = randomFillSync(Buffer.alloc(MEGABYTES * 1024 * 1024))
    const lease = await here.open('large').lease!('a', 60_000)
    expect(await lease!.publish({ hash: 'a', payload, createdAt: 1 })).toBe(true)
    expect(await chunks()).toBe(Math.ceil(MEGABYTES / 4))
    const read = (await there.open('large').get('a'))!.payload
    expect(digest(read)).toBe(digest(payload))
    await there.open('large').set({ hash: 'a', payload: 'small', createdAt: 2 })
    expect(await chunks()).toBe(0)
    expect((await here.open('large').get('a'))?.payload).toBe('small')
    await Promise.all([here.close(), there.close()])
  }, 600_000)

  test('with a head that is too large as well is refused as too large, and the old entry stays', async () => {
    const adapter = mongoStore(database.url)
    const store = adapter.open('large')
    const old = { hash: 'b', payload: 'old', createdAt: 1 }
    await store.set(old)
    const entry = { ...old, payload: 'new', metadata: 'm'.repeat(17 * 1024 * 1024) }
    const refusal = { code: 'ERR_PERSIST_VALUE_TOO_LARGE' }
    await expect(store.set(entry)).rejects.toMatchObject(refusal)
    const lease = (await store.lease!('b', 60_000))!
    await expect(lease.publish({ ...entry, payload: Buffer.alloc(17 * 1024 * 1024) })).rejects.toMatchObject(refusal)
    expect(await chunks()).toBe(0)
    expect(await store.get('b')).toEqual(old)
    await adapter.close()
  })
})

function digest(payload: string | Uint8Array): string {
  return createHash('sha256').update(payload).digest('hex')
}
