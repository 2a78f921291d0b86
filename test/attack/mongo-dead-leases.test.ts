import { randomUUID } from 'node:crypto'
import { mongoStore } from '@persist/store-mongo'
import { MongoClient } from 'mongodb'
import { afterAll } from 'vitest'
import { withMongo } from '../support/with-mongo.ts'
import { deadLeasesCase } from './dead-leases.ts'

withMongo('MongoDB', (server) => {
  const database = `dead-${randomUUID()}`
  const client = new MongoClient(server)
  afterAll(async () => {
    await client.db(database).dropDatabase()
    await client.close()
  })
  deadLeasesCase(
    process.env.PERSIST_SOAK === '1' ? 10_050 : 300,
    (options) => mongoStore(`${server}${database}?journal=false`, { ...options, serverWaitMs: 60_000 }),
    async (funcname, hashes, ms) => {
      const leases = hashes.map((hash) => ({
        _id: `${funcname}:${hash}`,
        lease: { id: hash, beat: 0, ms, holder: 'another host/1' },
        dropAt: new Date(Date.now() + 86_400_000),
      }))
      await client.db(database).collection<(typeof leases)[number]>('persist').insertMany(leases)
    },
  )
})
