// What a hit and a miss cost over a folder, beside the cheapest that file system and JSON allow.
//   node dist/disk.js            all but the large folder
//   PERSIST_BENCH_LARGE=1 …      also a folder of 1,000,000 entries (some minutes, 4 GB)
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, promises, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createPersist } from '@persist/core'
import { pickle } from '@persist/pickle'
import { open as openLmdb } from 'lmdb'
import { interleaved, median, row } from './measure.ts'
import { straightHit } from './straight-hit.ts'

const KEYS = 500
const folder = mkdtempSync(join(tmpdir(), 'persist-bench-'))
const plain = join(folder, 'plain')
const entries = join(folder, 'cache', 'hit')
mkdirSync(plain)
const persist = createPersist({ env: {} })
const cache = `file://${folder}/cache` as const

/** About 1 kB of JSON. */
const record = (id: number) => ({
  id,
  name: `name ${id}`,
  tags: ['a', 'b'],
  scores: Array.from({ length: 150 }, (_, n) => n * id),
})
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

// Without flushes: they would slow down whatever else is written in the same run.
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
const [alone, shared, write, put] = await interleaved(
  [
    { name: 'process', run: missing(persist(record, { funcname: 'alone', cache, singleFlight: 'process' })) },
    { name: 'shared', run: missing(persist((id: number) => record(id), { funcname: 'shared', cache })) },
    {
      name: 'write + rename',
      run: () => {
        const target = join(plain, `new${fresh++}.json`)
        writeFileSync(`${target}.tmp`, pickle(record(fresh)))
        renameSync(`${target}.tmp`, target)
      },
    },
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
coldStart()
if (process.env.PERSIST_BENCH_LARGE === '1') await largeFolder()
await raw.close()
rmSync(folder, { recursive: true })
if (met.includes(false)) process.exitCode = 1

function missing(fn: (id: number) => unknown): () => unknown {
  return () => fn(fresh++)
}

/** Import and first hit, over an empty script. Not a ratio: the table's target is in milliseconds. */
function coldStart(): void {
  const script = `import { persist } from '@persist/core'
    const hit = persist((id) => { throw new Error('a miss') }, { funcname: 'hit', cache: ${JSON.stringify(cache)} })
    if (hit(1).id !== 1) process.exit(1)`
  const time = (code: string) => {
    const began = performance.now()
    execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
    })
    return performance.now() - began
  }
  const rounds = Array.from({ length: 15 }, () => [time(''), time(script)] as const)
  const over = median(rounds.map(([, ours]) => ours)) - median(rounds.map(([empty]) => empty))
  met.push(row('import of core and first hit over an empty script, in ms', over, 25))
}

async function largeFolder(): Promise<void> {
  const LARGE = 1_000_000
  const large = persist((id: number) => id, { funcname: 'large', cache, singleFlight: 'process', storekey: true })
  for (let id = 0; id < LARGE; id++) large(id)
  const small = persist((id: number) => id, { funcname: 'small', cache, storekey: true })
  for (let id = 0; id < 1_000; id++) small(id)
  let at = 0
  // Far apart, so that nothing is read because its neighbour was.
  const stride = (count: number) => {
    at = (at + 7_919) % count
    return at
  }
  const [many, few] = await interleaved([
    { name: 'large', run: () => large(stride(LARGE)) },
    { name: 'small', run: () => small(stride(1_000)) },
  ])
  met.push(row('hit among 1,000,000 entries / among 1,000', many!.micros / few!.micros, 1.3))
  let highest = 0
  let count = 0
  for (const _ of large.cache.keys()) {
    if (count++ % 10_000 === 0) highest = Math.max(highest, process.memoryUsage().rss)
  }
  met.push(row(`resident memory while iterating ${count} entries, in MB`, highest / 1e6, 150))
}
