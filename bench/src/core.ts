// The cost of a call that never leaves memory, and of features that are not used.
import { createPersist, type Entry, memoryStore, type StoreAdapter } from '@persist/core'
import { sha256 } from '@persist/hash'
import { canonicalArguments } from '@persist/key'
import { pickle, unpickle } from '@persist/pickle'
import { LRUCache } from 'lru-cache'
import { interleaved, row } from './measure.ts'

const persist = createPersist({ env: {} })
const KEYS = 500
const add = persist((x: number, y: number) => x + y, {
  funcname: 'add',
  cache: memoryStore(),
  memory: { maxAge: '1h' },
})
const lru = new LRUCache<string, number>({ max: 1_000 })

/** A minimal store, so that the cost of core is visible. */
const entries = new Map<string, Entry>()
const map: StoreAdapter<'sync'> = {
  ...memoryStore(),
  name: 'a Map',
  supports: { lease: false, many: false, tags: false, bounds: false, persistent: false },
  open: (namespace) =>
    Object.assign(memoryStore().open(namespace), {
      get: (hash: string) => entries.get(hash),
      set: (entry: Entry) => void entries.set(entry.hash, entry),
    }),
}
const off = persist((x: number, y: number) => x + y, { funcname: 'off', cache: map })
const given = persist((x: number, y: number) => x + y, {
  funcname: 'off',
  cache: { ...map, name: 'the same Map' },
  tags: () => ['tag'],
  metadata: () => 'metadata',
  shouldStore: () => true,
  maxEntries: 10_000,
  waitUntil: () => {},
})
const byHand = (...args: number[]) => unpickle(entries.get(sha256(canonicalArguments(args)))!.payload)

for (let id = 0; id < KEYS; id++) {
  add(id, 1)
  off(id, 1)
  lru.set(JSON.stringify([id, 1]), id + 1)
}
if (off.stats().misses !== KEYS || byHand(7, 1) !== 8 || unpickle(pickle(8)) !== 8) throw new Error('not the same work')

let turn = 0
const next = () => turn++ % KEYS
const [tier, plain, whole, writing, hand] = await interleaved(
  [
    { name: 'memory tier', run: () => add(next(), 1) },
    { name: 'lru-cache', run: () => lru.get(JSON.stringify([next(), 1])) },
    { name: 'all features off', run: () => off(next(), 1) },
    { name: 'features that act at the write', run: () => given(next(), 1) },
    { name: 'by hand', run: () => byHand(next(), 1) },
  ],
  { batch: 5_000 },
)
const met = [
  row('hit in the memory tier, two numbers, in µs', tier!.micros, 2),
  row('… / lru-cache with a JSON key', tier!.micros / plain!.micros, 3),
  // The target is not 1: a hit also checks the version, counts, and looks for listeners.
  row('hit with all features off / key, hash, get, unpickle by hand', whole!.micros / hand!.micros, 1.75),
  row('… with tags, metadata, shouldStore, bounds / without', writing!.micros / whole!.micros, 1.25),
]
console.log(
  `     in µs: tier ${tier!.micros.toFixed(2)}, lru-cache ${plain!.micros.toFixed(2)}, features off ${whole!.micros.toFixed(2)}, by hand ${hand!.micros.toFixed(2)}`,
)
if (met.includes(false)) process.exitCode = 1
