// The cost of a hit, many hits and a miss in MongoDB, compared with the plain driver and with @keyv/mongo in the same run.
//   node dist/mongo.js           with the server of PERSIST_TEST_MONGODB_URL, or one that the tests start
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import { KeyvMongo } from '@keyv/mongo'
import { closeStores, createPersist } from '@persist/core'
import { createPickle } from '@persist/pickle'
import { Keyv } from 'keyv'
import { MongoClient } from 'mongodb'
import { startMongo } from '../../test/support/mongo.mjs'
import { interleaved, row } from './measure.ts'

const { pickle } = createPickle({ binary: false })

const KEYS = 1_000
const reasons: string[] = []
const server = await startMongo(reasons)
if (server === undefined) throw new Error(`no MongoDB: ${reasons.join('; ')}`)
const database = `bench-${randomUUID()}`
const url = new URL(server.url)
url.pathname = database
const cache = url.href as `mongodb://${string}`
const persist = createPersist({ env: {} })

/** About 1 kB of JSON. */
const record = (id: number) => ({
  id,
  name: `name ${id}`,
  tags: ['a', 'b'],
  scores: Array.from({ length: 150 }, (_, n) => n * id),
})

const client = new MongoClient(server.url)
const plain = client.db(database).collection<{ _id: string; payload: string }>('plain')
const keyv = new Keyv(new KeyvMongo(server.url, { db: database, collection: 'keyv' }))
const hit = persist((id: number) => record(id), { funcname: 'hit', cache })
const calls = Array.from({ length: KEYS }, (_, id) => [id] as [number])
const ids = calls.map(([id]) => `id ${id}`)
for (let from = 0; from < KEYS; from += 50) await Promise.all(calls.slice(from, from + 50).map(([id]) => hit(id)))
await plain.insertMany(calls.map(([id]) => ({ _id: ids[id]!, payload: pickle(record(id)) })))
await keyv.setMany(calls.map(([id]) => ({ key: ids[id]!, value: record(id) })))

// This process behaves like a server. Otherwise, it would give up its connections between two rounds.
createServer().listen(0, '127.0.0.1').unref()

let turn = 0
const next = () => turn++ % KEYS
const met: boolean[] = []

const [ours, driver, theirs] = await interleaved(
  [
    { name: 'hit', run: () => hit(next()) },
    { name: 'findOne + JSON.parse', run: async () => parsed(await plain.findOne({ _id: ids[next()]! })) },
    { name: '@keyv/mongo get', run: () => keyv.get(ids[next()]!) },
  ],
  { batch: 50 },
)
met.push(row("hit, 1 kB / the driver's findOne by _id + JSON.parse", ours!.micros / driver!.micros, 1.15))
met.push(row('hit, 1 kB / get of @keyv/mongo', ours!.micros / theirs!.micros, 1))

const [many, query, getMany] = await interleaved(
  [
    { name: 'many', run: () => hit.many(calls) },
    {
      name: '$in + JSON.parse',
      run: async () => (await plain.find({ _id: { $in: ids } }, { batchSize: KEYS + 1 }).toArray()).map(parsed),
    },
    { name: '@keyv/mongo getMany', run: () => keyv.get(ids) },
  ],
  { batch: 1, rounds: 7 },
)
met.push(row('many of 1,000 / one $in query + JSON.parse', many!.micros / query!.micros, 1.5))
met.push(row('many of 1,000 / get of 1,000 of @keyv/mongo', many!.micros / getMany!.micros, 1.5))

let fresh = KEYS
const shared = persist((id: number) => record(id), { funcname: 'shared', cache })
const alone = persist((id: number) => record(id), { funcname: 'alone', cache, singleFlight: 'process' })
const [miss, missAlone, write] = await interleaved(
  [
    { name: 'miss', run: () => shared(fresh++) },
    { name: 'miss, one process', run: () => alone(fresh++) },
    {
      name: 'findOne + insertOne',
      run: async () => {
        const _id = `id ${fresh++}`
        await plain.findOne({ _id })
        await plain.insertOne({ _id, payload: pickle(record(fresh)) }, { writeConcern: { journal: true } })
      },
    },
  ],
  { batch: 20, rounds: 15 },
)
console.log(
  `     in µs: hit ${micros(ours)} (driver ${micros(driver)}, keyv ${micros(theirs)}), many ${micros(many)} (${micros(query)}, ${micros(getMany)})`,
)
console.log(
  `     miss ${micros(miss)}, without a lease ${micros(missAlone)}, the driver's findOne and journaled insertOne ${micros(write)}`,
)

await client.db(database).dropDatabase()
await Promise.all([client.close(), keyv.disconnect(), closeStores()])
await server.stop()
if (met.includes(false)) process.exitCode = 1

function parsed(document: { payload: string } | null): unknown {
  return JSON.parse(document!.payload)
}

function micros(timing: { micros: number } | undefined): string {
  return timing!.micros.toFixed(0)
}
