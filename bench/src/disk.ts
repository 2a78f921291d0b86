// The cost of a hit and of a miss in a folder, compared with the cheapest way that the file system and JSON allow.
//   node dist/disk.js            all but the large folder
//   PERSIST_BENCH_LARGE=1 …      also a folder of 1,000,000 entries (some minutes, 8 GB)
import { mkdirSync, mkdtempSync, promises, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPersist } from '@persist/core'
import { createPickle } from '@persist/pickle'
import { open as openLmdb } from 'lmdb'
import { measure as coldStart } from './gate/cold.ts'
import { measure as largeFolder, MEMORY } from './gate/large.ts'
import { OVER_EMPTY } from './gate/rows.ts'
import { interleaved, median, row } from './measure.ts'
import { straightHit } from './straight-hit.ts'
import { PAYLOADS } from './work/payloads.ts'
import { writeAndRename } from './write-and-rename.ts'

const { pickle } = createPickle({ binary: false })

const KEYS = 500
const folder = mkdtempSync(join(tmpdir(), 'persist-bench-'))
const plain = join(folder, 'plain')
const entries = join(folder, 'cache', 'hit')
mkdirSync(plain)
const persist = createPersist({ env: {} })
const cache = `file://${folder}/cache` as const

const { record } = PAYLOADS
const hit = persist((id: number) => record(id), { funcname: 'hit', cache })
const hitAsync = persist(async (id: number) => record(id), { funcname: 'hitAsync', cache })
for (let id = 0; id < KEYS; id++) {
  hit(id)
  await hitAsync(id)
  writeFileSync(join(plain, `${id}.json`), pickle(record(id)))
}

let turn = 0
const next = () => turn++ % KEYS
const met: boolean[] = []

// Without flushes, which would slow down all other writes of the same run.
const raw = openLmdb<string, string>({
  path: join(folder, 'lmdb'),
  encoding: 'string',
  noSync: true,
  overlappingSync: false,
})
for (let id = 0; id < KEYS; id++) raw.putSync(String(id), pickle(record(id)))

const [sync, limit, straight, lmdb] = await interleaved([
  { name: 'hit', run: () => hit(next()) },
  { name: 'readFileSync + JSON.parse', run: () => JSON.parse(readFileSync(join(plain, `${next()}.json`), 'utf8')) },
  { name: 'straight', run: () => straightHit(entries, [next()]) },
  { name: 'lmdb', run: () => JSON.parse(raw.get(String(next()))!) },
])
met.push(row('hit, synchronous, 1 kB / readFileSync + JSON.parse', sync!.micros / limit!.micros, 1.2))
console.log(
  `     beside it: the same steps in one straight function ${(straight!.micros / limit!.micros).toFixed(2)}, raw lmdb ${(lmdb!.micros / limit!.micros).toFixed(2)}`,
)
const [asynchronous, limitAsync] = await interleaved([
  { name: 'hit', run: () => hitAsync(next()) },
  {
    name: 'readFile + JSON.parse',
    run: async () => JSON.parse(await promises.readFile(join(plain, `${next()}.json`), 'utf8')),
  },
])
met.push(row('hit, asynchronous / fs.promises.readFile + JSON.parse', asynchronous!.micros / limitAsync!.micros, 0.25))

let fresh = 0
const byHand = writeAndRename(join(folder, 'cache'))
const [alone, shared, write, put] = await interleaved(
  [
    { name: 'process', run: missing(persist(record, { funcname: 'alone', cache, singleFlight: 'process' })) },
    { name: 'shared', run: missing(persist((id: number) => record(id), { funcname: 'shared', cache })) },
    { name: 'write + rename', run: () => byHand(fresh++) },
    { name: 'lmdb', run: () => raw.putSync(`new${fresh++}`, pickle(record(fresh))) },
  ],
  { batch: 50 },
)
met.push(row("miss, singleFlight 'process' / temporary file + rename", alone!.micros / write!.micros, 1.3))
met.push(row("miss, singleFlight 'shared' / temporary file + rename", shared!.micros / write!.micros, 2))
console.log(
  `     in µs: hit ${sync!.micros.toFixed(1)} (limit ${limit!.micros.toFixed(1)}), async ${asynchronous!.micros.toFixed(1)} (${limitAsync!.micros.toFixed(1)}), miss ${alone!.micros.toFixed(0)} and ${shared!.micros.toFixed(0)} (${write!.micros.toFixed(0)})`,
)
console.log(`     beside it: raw lmdb without flushes ${(put!.micros / write!.micros).toFixed(2)}`)
const cold = await coldStart(join(folder, 'cold'), 4)
met.push(row('import of core and first hit over an empty script, in ms', cold.times[OVER_EMPTY]!, 25))
if (process.env.PERSIST_BENCH_LARGE === '1') {
  const { ratios, times } = await largeFolder(join(folder, 'large'), 31)
  met.push(row('hit among 1,000,000 entries / among 1,000', median(ratios['disk-million']!), 1.3))
  met.push(row('resident memory while iterating 1,000,000 entries, in MB', times[MEMORY]!, 150))
}
await raw.close()
rmSync(folder, { recursive: true })
if (met.includes(false)) process.exitCode = 1

function missing(fn: (id: number) => unknown): () => unknown {
  return () => fn(fresh++)
}
