import { createPersist, memoryStore } from '@persist/core'
import { LRUCache } from 'lru-cache'
import { ratios, samples, undisturbed } from '../samples.ts'
import { PAYLOADS } from '../work/payloads.ts'
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
  const record = persist(PAYLOADS.record, { funcname: 'record', cache: memoryStore(), memory: { maxAge: '1h' } })
  const lru = new LRUCache<string, number>({ max: 1_000 })
  const lruOfTexts = new LRUCache<string, string>({ max: 1_000 })
  for (let id = 0; id < KEYS; id++) {
    add(id, 1)
    lru.set(JSON.stringify([id, 1]), id + 1)
    record(id)
    lruOfTexts.set(JSON.stringify([id]), JSON.stringify(PAYLOADS.record(id)))
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
  const [records, parsed] = await samples(
    [
      { name: 'memory tier', run: () => record(next()) },
      { name: 'lru-cache', run: () => JSON.parse(lruOfTexts.get(JSON.stringify([next()]))!) },
    ],
    { blocks, batch: 200 },
  )
  return {
    ratios: { 'memory-hit': ratios(tier!, plain!), 'memory-record': ratios(records!, parsed!) },
    times: {
      'memory-tier hit, µs': undisturbed(tier!),
      'lru-cache with a JSON key, µs': undisturbed(plain!),
      'memory-tier hit of 1 kB, µs': undisturbed(records!),
      'lru-cache with a JSON key + JSON.parse, µs': undisturbed(parsed!),
    },
  }
}
