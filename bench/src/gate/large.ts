import { createPersist } from '@persist/core'
import { ratios, samples, undisturbed } from '../samples.ts'
import type { Found } from './rows.ts'

const LARGE = 1_000_000
const SMALL = 1_000
/** The name of a time that is none. */
export const MEMORY = 'resident memory while iterating 1,000,000 entries, MB'

/** A million entries in one folder: some minutes, 4 GB of disk. */
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
  let at = 0
  // Far apart, so that nothing is read because its neighbour was.
  const far = (of: number) => {
    at = (at + 7_919) % of
    return at
  }
  const [many, few] = await samples(
    [
      { name: 'large', run: () => large(far(LARGE)) },
      { name: 'small', run: () => small(far(SMALL)) },
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
      [MEMORY]: highest / 1e6,
    },
  }
}
