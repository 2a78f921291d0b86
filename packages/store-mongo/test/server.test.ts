import { MongoClient } from 'mongodb'
import { expect, test } from 'vitest'
import { withMongo } from '../../../test/support/with-mongo.ts'

withMongo('the server of the tests', (url) => {
  test('keeps what it is given', async () => {
    await using client = new MongoClient(url)
    const things = client.db('persist-test-server').collection('things')
    await things.insertOne({ a: 1 })
    expect(await things.countDocuments({ a: 1 })).toBe(1)
    await things.drop()
  })
})
