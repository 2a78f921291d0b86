import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPersist } from '@persist/core'
import { farApart } from '../far-apart.ts'
import { spreadOf } from '../race/spread.ts'
import { ratios, samples, undisturbed } from '../samples.ts'
import type { Found } from './rows.ts'

const LARGE = 1_000_000
const SMALL = 1_000
/** The length of a SHA-256 in base64url. */
const NAME_LENGTH = 43
/** A name among the times, although it is an amount of memory. */
export const MEMORY = 'resident memory while iterating 1,000,000 entries, MB'

/** A million entries in one folder, compared with a million plain files with names as long. Takes minutes and 8 GB of disk. */
export async function measure(folder: string, blocks: number): Promise<Found> {
  const cache = `file://${folder}/cache` as const
  const persist = createPersist({ env: {} })
  const options = { cache, singleFlight: 'process', storekey: true } as const
  const large = persist((id: number) => id, { ...options, funcname: 'large' })
  const small = persist((id: number) => id, { ...options, funcname: 'small' })
  const began = performance.now()
  for (let id = 0; id < LARGE; id++) large(id)
  const writing = performance.now() - began
  for (let id = 0; id < SMALL; id++) small(id)
  const plainLarge = plainFiles(join(folder, 'plain-large'), LARGE)
  const plainSmall = plainFiles(join(folder, 'plain-small'), SMALL)
  const far = farApart()
  const [many, few, plainMany, plainFew] = await samples(
    [
      { name: 'large', run: () => large(far(LARGE)) },
      { name: 'small', run: () => small(far(SMALL)) },
      { name: 'plain, large', run: () => plainLarge(far(LARGE)) },
      { name: 'plain, small', run: () => plainSmall(far(SMALL)) },
    ],
    { blocks, batch: 20 },
  )
  let highest = 0
  let count = 0
  for (const _ of large.cache.keys()) {
    if (count++ % 10_000 === 0) highest = Math.max(highest, process.memoryUsage().rss)
  }
  if (count !== LARGE) throw new Error(`${count} of ${LARGE} entries were listed`)
  return {
    ratios: { 'disk-million': ratios(many!, few!), 'disk-iterate': [highest / 150e6] },
    times: {
      'writing one of 1,000,000 entries, µs': (writing * 1000) / LARGE,
      'a hit among 1,000,000 entries, µs': undisturbed(many!),
      'a hit among 1,000 entries, µs': undisturbed(few!),
      'readFileSync + JSON.parse among 1,000,000 files, µs': undisturbed(plainMany!),
      'readFileSync + JSON.parse among 1,000 files, µs': undisturbed(plainFew!),
      'plain files among 1,000,000 / among 1,000': spreadOf(ratios(plainMany!, plainFew!)).median,
      [MEMORY]: highest / 1e6,
    },
  }
}

/** Writes `count` files of the size of entries. Returns a function that reads one of them by its number. */
function plainFiles(folder: string, count: number): (id: number) => unknown {
  mkdirSync(folder)
  const pathOf = (id: number) => join(folder, `${String(id).padStart(NAME_LENGTH, '0')}.entry`)
  for (let id = 0; id < count; id++) writeFileSync(pathOf(id), JSON.stringify({ value: id, padding: 'x'.repeat(250) }))
  return (id) => JSON.parse(readFileSync(pathOf(id), 'utf8'))
}
