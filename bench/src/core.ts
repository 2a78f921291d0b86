// What a call costs that never leaves memory.
import { createPersist, memoryStore } from '@persist/core'
import { LRUCache } from 'lru-cache'
import { interleaved, row } from './measure.ts'

const persist = createPersist({ env: {} })
const KEYS = 500
const add = persist((x: number, y: number) => x + y, {
  funcname: 'add',
  cache: memoryStore(),
  memory: { maxAge: '1h' },
})
const bare = persist((x: number, y: number) => x + y, { funcname: 'bare', cache: memoryStore() })
const lru = new LRUCache<string, number>({ max: 1_000 })
for (let id = 0; id < KEYS; id++) {
  add(id, 1)
  bare(id, 1)
  lru.set(JSON.stringify([id, 1]), id + 1)
}

let turn = 0
const next = () => turn++ % KEYS
const [tier, store, plain] = await interleaved(
  [
    { name: 'memory tier', run: () => add(next(), 1) },
    { name: 'memory store', run: () => bare(next(), 1) },
    { name: 'lru-cache', run: () => lru.get(JSON.stringify([next(), 1])) },
  ],
  { batch: 5_000 },
)
const met = [
  row('hit in the memory tier, two numbers, in µs', tier!.micros, 2),
  row('… / lru-cache with a JSON key', tier!.micros / plain!.micros, 3),
]
console.log(
  `     in µs: tier ${tier!.micros.toFixed(2)}, memory store ${store!.micros.toFixed(2)}, lru-cache ${plain!.micros.toFixed(2)}`,
)
if (met.includes(false)) process.exitCode = 1
