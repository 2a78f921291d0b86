import { join } from 'node:path'
import { createPersist } from '@persist/core'
import { createPickle } from '@persist/pickle'
import { lmdbStore } from '@persist/store-lmdb'
import { open } from 'lmdb'
import { ratios, samples, undisturbed } from '../samples.ts'
import { PAYLOADS } from '../work/payloads.ts'
import type { Found } from './rows.ts'

const { pickle } = createPickle({ binary: false })

const KEYS = 500

/** A hit in LMDB, compared with a plain get of the same string and JSON.parse. */
export async function measure(folder: string, blocks: number): Promise<Found> {
  const persist = createPersist({ env: {} })
  const store = lmdbStore(join(folder, 'ours'), { flush: false })
  const hit = persist((id: number) => PAYLOADS.record(id), { funcname: 'hit', cache: store })
  const raw = open<string, string>({
    path: join(folder, 'raw'),
    encoding: 'string',
    noSync: true,
    overlappingSync: false,
  })
  for (let id = 0; id < KEYS; id++) {
    hit(id)
    raw.putSync(`hit/${id}`, pickle(PAYLOADS.record(id)))
  }
  let turn = 0
  const next = () => turn++ % KEYS
  const [ours, plain] = await samples(
    [
      { name: 'hit', run: () => hit(next()) },
      { name: 'get', run: () => JSON.parse(raw.get(`hit/${next()}`)!) },
    ],
    { blocks, batch: 100 },
  )
  await raw.close()
  store.close()
  return {
    ratios: { 'lmdb-hit': ratios(ours!, plain!) },
    times: { 'LMDB hit, µs': undisturbed(ours!), 'raw lmdb get + JSON.parse, µs': undisturbed(plain!) },
  }
}
