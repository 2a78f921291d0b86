import { randomBytes } from 'node:crypto'
import { createPersist, memoryStore } from '@persist/core'
import { diskStore } from '@persist/store-disk'
import { LRUCache } from 'lru-cache'
import { ratios, samples, undisturbed } from '../samples.ts'
import { largeRecord, llmAnswer } from '../work/llm-answer.ts'
import type { Found } from './rows.ts'

const SMALL = { id: 5, text: 'a small value '.repeat(20) }

/** Compression, encryption and frozen values, and their cost for a small value. */
export async function measure(folder: string, blocks: number): Promise<Found> {
  const persist = createPersist({ env: {} })
  const cache = diskStore(folder)
  const small = (funcname: string, options = {}) => persist((_: number) => SMALL, { funcname, cache, ...options })
  const plain = small('plain')
  const compressing = small('compressing', { compress: true })
  const encrypting = small('encrypting', { encrypt: randomBytes(32) })
  for (const f of [plain, compressing, encrypting]) f(1)
  const [miss, missCompressing] = await samples(
    [
      { name: 'miss', run: () => plain.refresh(1) },
      { name: 'miss, compress', run: () => compressing.refresh(1) },
    ],
    { blocks, batch: 10 },
  )
  const [hit, hitCompressing, hitEncrypting] = await samples(
    [
      { name: 'hit', run: () => plain(1) },
      { name: 'hit, compress', run: () => compressing(1) },
      { name: 'hit, encrypt', run: () => encrypting(1) },
    ],
    { blocks, batch: 50 },
  )

  const record = largeRecord()
  const frozen = persist((_: number) => record, {
    funcname: 'frozen',
    cache: memoryStore(),
    memory: { values: 'frozen', maxAge: '1h' },
  })
  const lru = new LRUCache<string, object>({ max: 1_000 })
  frozen(1)
  lru.set(JSON.stringify([1]), record)
  const [shared, cached] = await samples(
    [
      { name: 'frozen', run: () => frozen(1) },
      { name: 'lru-cache', run: () => lru.get(JSON.stringify([1])) },
    ],
    { blocks, batch: 1_000 },
  )

  const answer = llmAnswer()
  const bytesOf = (funcname: string, options = {}): number => {
    persist((_: number) => answer, { funcname, cache, ...options })(1)
    const [head] = [...cache.open(funcname).heads()]
    return head!.bytes
  }
  const plainBytes = bytesOf('answer')
  const gzipBytes = bytesOf('answer-gzip', { compress: 'gzip' })
  const brotliBytes = bytesOf('answer-brotli', { compress: 'brotli' })
  return {
    ratios: {
      'codecs-small-miss': ratios(missCompressing!, miss!),
      'codecs-small-hit': ratios(hitCompressing!, hit!),
      'codecs-encrypted-hit': ratios(hitEncrypting!, hit!),
      'codecs-frozen-hit': ratios(shared!, cached!),
      'codecs-gzip-bytes': [gzipBytes / plainBytes],
    },
    times: {
      'an encrypted hit of 300 bytes, µs': undisturbed(hitEncrypting!),
      'a hit of 300 bytes, µs': undisturbed(hit!),
      'a frozen hit of 1 MB in memory, µs': undisturbed(shared!),
      'lru-cache with a JSON key, of one value, µs': undisturbed(cached!),
      'bytes of an LLM answer of 1 MB, by gzip / plain': gzipBytes / plainBytes,
      'bytes of an LLM answer of 1 MB, by brotli / plain': brotliBytes / plainBytes,
    },
  }
}
