import { randomUUID } from 'node:crypto'
import { createPersist } from '@persist/core'
import { createPickle } from '@persist/pickle'
import { mongoStore } from '@persist/store-mongo'
import { MongoClient } from 'mongodb'
import { startMongo } from '../../../test/support/mongo.mjs'
import { ratios, samples, undisturbed } from '../samples.ts'
import { PAYLOADS } from '../work/payloads.ts'
import type { Found } from './rows.ts'

const { pickle } = createPickle({ binary: false })

const KEYS = 1_000
/** Fewer than elsewhere: a server that only implements the protocol may take seconds for a query of a thousand. */
const MOST_BLOCKS = 5
const QUERIES_IN_BLOCK = 2
const SERVER_WAIT_MS = 60_000

/** Hits in MongoDB, compared with the plain driver. The result is empty without a server. */
export async function measure(_folder: string, blocks: number): Promise<Found> {
  const some = Math.min(blocks, MOST_BLOCKS)
  const reasons: string[] = []
  const server = await startMongo(reasons)
  if (server === undefined) return { ratios: {}, times: {}, notes: [`No MongoDB: ${reasons.join('; ')}`] }
  const database = `bench-${randomUUID()}`
  const client = new MongoClient(server.url)
  const plain = client.db(database).collection<{ _id: string; payload: string }>('plain')
  const cache = mongoStore(`${server.url}${database}`, { serverWaitMs: SERVER_WAIT_MS })
  const hit = createPersist({ env: {} })(
    (id: number): unknown => {
      throw new Error(`${id} was not in the store`)
    },
    { funcname: 'hit', cache },
  )
  const calls = Array.from({ length: KEYS }, (_, id) => [id] as [number])
  const ids = calls.map(([id]) => `id ${id}`)
  for (const [id] of calls) await hit.put(PAYLOADS.record(id), id)
  await plain.insertMany(calls.map(([id]) => ({ _id: ids[id]!, payload: pickle(PAYLOADS.record(id)) })))
  const parsed = (found: { payload: string } | null) => JSON.parse(found!.payload)
  let turn = 0
  const next = () => turn++ % KEYS
  const [ours, driver] = await samples(
    [
      { name: 'hit', run: () => hit(next()) },
      { name: 'findOne', run: async () => parsed(await plain.findOne({ _id: ids[next()]! })) },
    ],
    { blocks: some, batch: 5, warmUp: 40 },
  )
  const [many, query] = await samples(
    [
      { name: 'many', run: () => hit.many(calls) },
      {
        name: '$in',
        run: async () => (await plain.find({ _id: { $in: ids } }, { batchSize: KEYS + 1 }).toArray()).map(parsed),
      },
    ],
    { blocks: some, batch: 1, inBlock: QUERIES_IN_BLOCK, warmUp: 1 },
  )
  await client.db(database).dropDatabase()
  await Promise.all([client.close(), cache.close()])
  await server.stop()
  return {
    ratios: { 'mongo-hit': ratios(ours!, driver!), 'mongo-many': ratios(many!, query!, QUERIES_IN_BLOCK) },
    times: {
      'MongoDB hit, µs': undisturbed(ours!),
      'findOne + JSON.parse, µs': undisturbed(driver!),
      'many of 1,000, µs': undisturbed(many!),
      'one $in query + JSON.parse, µs': undisturbed(query!),
    },
    notes: [`MongoDB rows: ${server.name}`],
  }
}
