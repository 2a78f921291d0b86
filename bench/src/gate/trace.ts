import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPersist } from '@persist/core'
import { readFileSync } from '@persist/inputs'
import { ratios, samples, undisturbed } from '../samples.ts'
import { PAYLOADS } from '../work/payloads.ts'
import type { Found } from './rows.ts'

const KEYS = 500
/** The times of a newer file stand for nothing: see `RACY_MS` of @persist/inputs. */
const TRUSTED_MS = 3_200

/** A hit whose three files are looked at, compared with a hit and three plain looks. */
export async function measure(folder: string, blocks: number): Promise<Found> {
  const cache = `file://${folder}/cache` as const
  const root = join(folder, 'root')
  mkdirSync(join(root, 'docs'), { recursive: true })
  const paths = ['a.md', 'docs/b.md', 'package.json'].map((name) => join(root, name))
  for (const path of paths) writeFileSync(path, '{}')
  await new Promise((resolve) => setTimeout(resolve, TRUSTED_MS))
  const persist = createPersist({ env: {} })
  const hit = persist((id: number) => PAYLOADS.record(id), { funcname: 'hit', cache })
  const traced = persist(
    (id: number) => {
      for (const path of paths) readFileSync(path)
      return PAYLOADS.record(id)
    },
    { funcname: 'traced', cache, trace: { root } },
  )
  for (let id = 0; id < KEYS; id++) {
    hit(id)
    traced(id)
  }
  let turn = 0
  const next = () => turn++ % KEYS
  const [ours, plain, without] = await samples(
    [
      { name: 'traced hit', run: () => traced(next()) },
      {
        name: 'hit + 3 statSync',
        run: () => {
          for (const path of paths) statSync(path)
          return hit(next())
        },
      },
      { name: 'hit', run: () => hit(next()) },
    ],
    { blocks, batch: 20 },
  )
  return {
    ratios: { 'trace-hit': ratios(ours!, plain!) },
    times: {
      'disk hit with three traced files, µs': undisturbed(ours!),
      'disk hit + 3 statSync, µs': undisturbed(plain!),
      'disk hit without a trace, µs': undisturbed(without!),
    },
  }
}
