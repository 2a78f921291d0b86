import { mkdirSync, promises, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPersist } from '@persist/core'
import { createPickle } from '@persist/pickle'
import { spreadOf } from '../race/spread.ts'
import { ratios, samples, undisturbed } from '../samples.ts'
import { straightHit } from '../straight-hit.ts'
import { PAYLOADS } from '../work/payloads.ts'
import { writeAndRename } from '../write-and-rename.ts'
import type { Found } from './rows.ts'

const { pickle } = createPickle({ binary: false })

const KEYS = 500
const { record } = PAYLOADS

/** Hits and misses in a folder, compared with the cheapest way that a file system and JSON allow. */
export async function measure(folder: string, blocks: number): Promise<Found> {
  const cache = `file://${folder}/cache` as const
  const plain = join(folder, 'plain')
  const persist = createPersist({ env: {} })
  mkdirSync(plain)
  const hit = persist((id: number) => record(id), { funcname: 'hit', cache })
  const hitAsync = persist(async (id: number) => record(id), { funcname: 'hitAsync', cache })
  for (let id = 0; id < KEYS; id++) {
    hit(id)
    await hitAsync(id)
    writeFileSync(join(plain, `${id}.json`), pickle(record(id)))
  }
  let turn = 0
  const next = () => turn++ % KEYS
  const [sync, straight, file] = await samples(
    [
      { name: 'hit', run: () => hit(next()) },
      { name: 'straight', run: () => straightHit(`${folder}/cache/hit`, [next()]) },
      { name: 'file', run: () => JSON.parse(readFileSync(join(plain, `${next()}.json`), 'utf8')) },
    ],
    { blocks, batch: 20 },
  )
  const [asynchronous, fileAsync] = await samples(
    [
      { name: 'hit', run: () => hitAsync(next()) },
      {
        name: 'file',
        run: async () => JSON.parse(await promises.readFile(join(plain, `${next()}.json`), 'utf8')),
      },
    ],
    { blocks, batch: 10 },
  )

  let fresh = 0
  const byHand = writeAndRename(join(folder, 'cache'))
  const alone = persist((id: number) => record(id), { funcname: 'alone', cache, singleFlight: 'process' })
  const shared = persist((id: number) => record(id), { funcname: 'shared', cache })
  const [process, leased, written] = await samples(
    [
      { name: 'process', run: () => alone(fresh++) },
      { name: 'shared', run: () => shared(fresh++) },
      { name: 'write + rename', run: () => byHand(fresh++) },
    ],
    { blocks, batch: 4 },
  )

  return {
    ratios: {
      'disk-hit': ratios(sync!, file!),
      'disk-straight': ratios(sync!, straight!),
      'disk-hit-async': ratios(asynchronous!, fileAsync!),
      'disk-miss-process': ratios(process!, written!),
      'disk-miss-shared': ratios(leased!, written!),
    },
    times: {
      'disk hit, µs': undisturbed(sync!),
      'the same steps in one straight function, µs': undisturbed(straight!),
      'readFileSync + JSON.parse, µs': undisturbed(file!),
      'straight function / readFileSync + JSON.parse': spreadOf(ratios(straight!, file!)).median,
      'disk hit of an asynchronous function, µs': undisturbed(asynchronous!),
      'fs.promises.readFile + JSON.parse, µs': undisturbed(fileAsync!),
      "disk miss, singleFlight 'process', µs": undisturbed(process!),
      "disk miss, singleFlight 'shared', µs": undisturbed(leased!),
      'temporary file + rename, µs': undisturbed(written!),
    },
  }
}
