import { createPersist, memoryStore } from '@persist/core'
import { LRUCache } from 'lru-cache'
import { ratios, samples, undisturbed } from '../samples.ts'
import type { Found } from './rows.ts'

const KEYS = 500

/** A hit that never leaves memory. */
export async function measure(_folder: string, blocks: number): Promise<Found> {
  const persist = createPersist({ env: {} })
  const add = persist((x: number, y: number) => x + y, {
    funcname: 'add',
    cache: memoryStore(),
    memory: { maxAge: '1h' },
  })
  const lru = new LRUCache<string, number>({ max: 1_000 })
  for (let id = 0; id < KEYS; id++) {
    add(id, 1)
    lru.set(JSON.stringify([id, 1]), id + 1)
  }
  let turn = 0
  const next = () => turn++ % KEYS
  const [tier, plain] = await samples(
    [
      { name: 'memory tier', run: () => add(next(), 1) },
      { name: 'lru-cache', run: () => lru.get(JSON.stringify([next(), 1])) },
    ],
    { blocks, batch: 1_000 },
  )
  return {
    ratios: { 'memory-hit': ratios(tier!, plain!) },
    times: { 'memory-tier hit, µs': undisturbed(tier!), 'lru-cache with a JSON key, µs': undisturbed(plain!) },
  }
}
