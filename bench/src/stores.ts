// The cost to read and to write an entry in each store, compared with its driver alone and the same payload, in one run.
// Measured are the store alone and a whole hit of a persisted function, with key, hash, checks and unpickling.
//   node dist/stores.js          with Redis and MongoDB where the tests find or install them
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import KeyvRedis from '@keyv/redis'
import { closeStores, createPersist } from '@persist/core'
import { createPickle, unpickle } from '@persist/pickle'
import type { Store, StoreAdapter } from '@persist/store'
import { diskStore } from '@persist/store-disk'
import { keyvStore } from '@persist/store-keyv'
import { lmdbStore } from '@persist/store-lmdb'
import { mongoStore } from '@persist/store-mongo'
import { Keyv } from 'keyv'
import { open as openLmdb } from 'lmdb'
import { MongoClient } from 'mongodb'
import { startMongo } from '../../test/support/mongo.mjs'
import { startRedis } from '../../test/support/redis.mjs'
import { interleaved, row } from './measure.ts'

const { pickle } = createPickle({ binary: false })

/** The driver alone, as a program without a cache would use it. */
interface Driver {
  readonly get: (id: number) => unknown
  readonly set: (id: number) => unknown
}

const KEYS = 500
const folder = mkdtempSync(join(tmpdir(), 'persist-bench-'))
const persist = createPersist({ env: {} })

/** About 1 kB of JSON. */
const record = (id: number) => ({
  id,
  name: `name ${id}`,
  tags: ['a', 'b'],
  scores: Array.from({ length: 150 }, (_, n) => n * id),
})
const payloads = Array.from({ length: KEYS }, (_, id) => pickle(record(id)))
const met: boolean[] = []

/** `target` is for the ratio of `store.get` to the driver's get. `core.ts`, `disk.ts` and `mongo.ts` check the cost of a call. */
async function measure(name: string, adapter: StoreAdapter, driver: Driver, target: number): Promise<void> {
  const store = adapter.open('plain') as Store
  const entry = (id: number) => ({ hash: `id-${id}`, payload: payloads[id]!, createdAt: 1 })
  const hit = persist((id: number) => record(id), { funcname: 'hit', cache: adapter })
  for (let id = 0; id < KEYS; id++) {
    await store.set(entry(id))
    await driver.set(id)
    await hit(id)
  }
  let turn = 0
  const next = () => turn++ % KEYS
  const batch = adapter.mode === 'sync' ? 200 : 50
  const read = (payload: unknown) => unpickle(payload as string)
  const [get, driverGet, call, driverCall] = await interleaved(
    [
      { name: 'store.get', run: () => store.get(`id-${next()}`) },
      { name: 'driver get', run: () => driver.get(next()) },
      { name: 'hit', run: () => hit(next()) },
      {
        name: 'driver get and unpickle',
        run: () => {
          const payload = driver.get(next())
          return payload instanceof Promise ? payload.then(read) : read(payload)
        },
      },
    ],
    { batch },
  )
  const [set, driverSet] = await interleaved(
    [
      { name: 'store.set', run: () => store.set(entry(next())) },
      { name: 'driver set', run: () => driver.set(next()) },
    ],
    { batch: 20, rounds: 21 },
  )
  const micros = (timing: { micros: number } | undefined) => timing!.micros.toFixed(1)
  met.push(row(`${name}: get / the driver's get`, get!.micros / driverGet!.micros, target))
  console.log(`     get ${micros(get)} µs, the driver ${micros(driverGet)}`)
  console.log(`     hit ${micros(call)} µs, the driver's get and unpickle ${micros(driverCall)}`)
  console.log(`     set ${micros(set)} µs, the driver ${micros(driverSet)}`)
}

const files = join(folder, 'files')
mkdirSync(files)
await measure(
  'disk',
  diskStore(join(folder, 'disk')),
  {
    get: (id) => readFileSync(join(files, `${id}.json`), 'utf8'),
    set: (id) => {
      writeFileSync(join(files, `${id}.new`), payloads[id]!)
      renameSync(join(files, `${id}.new`), join(files, `${id}.json`))
    },
  },
  1.2,
)

const unflushed = { noSync: true, overlappingSync: false } as const
const texts = openLmdb<string, string>({ path: join(folder, 'texts'), encoding: 'string', ...unflushed })
const lmdb = lmdbStore(join(folder, 'lmdb'), { flush: false })
await measure(
  'lmdb',
  lmdb,
  { get: (id) => texts.get(`plain/id-${id}`), set: (id) => texts.putSync(`plain/id-${id}`, payloads[id]!) },
  3,
)
await texts.close()

// The lmdb package alone with the same values. It has its own format, without a checksum.
const values = openLmdb<ReturnType<typeof record>, string>({ path: join(folder, 'values'), ...unflushed })
for (let id = 0; id < KEYS; id++) values.putSync(`plain/id-${id}`, record(id))
const plainLmdb = lmdb.open('plain') as Store<'sync'>
let round = 0
const [text, value] = await interleaved([
  { name: 'store.get', run: () => plainLmdb.get(`id-${round++ % KEYS}`) },
  { name: 'lmdb get', run: () => values.get(`plain/id-${round++ % KEYS}`) },
])
met.push(row("lmdb: get / lmdb's own get of the same value", text!.micros / value!.micros, 2))
await values.close()

const redis = await startRedis()
if (redis === undefined) console.log('SKIPPED redis: there is none on this machine')
else {
  const client = new KeyvRedis(redis.url, { namespace: 'plain' })
  const keyv = new Keyv(client, { useKeyPrefix: false })
  await measure(
    'redis',
    keyvStore(redis.url),
    { get: (id) => keyv.get(`id-${id}`), set: (id) => keyv.set(`id-${id}`, payloads[id]) },
    1.3,
  )
  await keyv.disconnect()
}

const mongo = await startMongo()
if (mongo === undefined) console.log('SKIPPED mongo: there is none on this machine')
else {
  const client = new MongoClient(mongo.url)
  const plain = client.db('bench-stores').collection<{ _id: string; payload: string }>('plain')
  await measure(
    'mongo',
    mongoStore(`${mongo.url}bench-stores`),
    {
      get: (id) => plain.findOne({ _id: `id-${id}` }).then((found) => found?.payload),
      set: (id) => plain.replaceOne({ _id: `id-${id}` }, { payload: payloads[id]! }, { upsert: true }),
    },
    1.15,
  )
  await client.close()
}

await closeStores()
await mongo?.stop()
await redis?.stop()
rmSync(folder, { recursive: true })
process.exit(met.every(Boolean) ? 0 : 1)
