import { randomUUID } from 'node:crypto'
import { mongoStore } from '@persist/store-mongo'
import { MongoClient } from 'mongodb'
import { afterAll } from 'vitest'
import { withMongo } from '../support/with-mongo.ts'
import { deadLeasesCase } from './dead-leases.ts'
import { shortLivedCase } from './short-lived.ts'

withMongo('MongoDB', (server) => {
  const database = `dead-${randomUUID()}`
  const client = new MongoClient(server)
  afterAll(async () => {
    await client.db(database).dropDatabase()
    await client.close()
  })
  const url = `${server}${database}?journal=false`

  async function die(funcname: string, hashes: readonly string[], ms: number): Promise<void> {
    const leases = hashes.map((hash) => ({
      _id: `${funcname}:${hash}`,
      lease: { id: hash, beat: 0, ms, holder: 'another host/1' },
      dropAt: new Date(Date.now() + 86_400_000),
    }))
    await client.db(database).collection<(typeof leases)[number]>('persist').insertMany(leases)
  }

  deadLeasesCase(
    process.env.PERSIST_SOAK === '1' ? 10_050 : 300,
    (options) => mongoStore(url, { ...options, serverWaitMs: 60_000 }),
    die,
  )
  shortLivedCase(() => mongoStore(url), die)
})
