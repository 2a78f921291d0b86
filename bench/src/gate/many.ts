import { createPersist } from '@persist/core'
import { farApart } from '../far-apart.ts'
import { ratios, samples, undisturbed } from '../samples.ts'
import type { Found } from './rows.ts'

const MANY = 10_000

/** Whether a hit costs more among more entries. */
export async function measure(folder: string, blocks: number): Promise<Found> {
  const cache = `file://${folder}/cache` as const
  const persist = createPersist({ env: {} })
  const large = persist((id: number) => id, { funcname: 'large', cache, singleFlight: 'process' })
  const small = persist((id: number) => id, { funcname: 'small', cache, singleFlight: 'process' })
  for (let id = 0; id < MANY; id++) large(id)
  for (let id = 0; id < MANY / 10; id++) small(id)
  const far = farApart()
  const [many, few] = await samples(
    [
      { name: 'large', run: () => large(far(MANY)) },
      { name: 'small', run: () => small(far(MANY / 10)) },
    ],
    { blocks, batch: 20 },
  )
  return {
    ratios: { 'disk-many': ratios(many!, few!) },
    times: {
      'a hit among 10,000 entries, µs': undisturbed(many!),
      'a hit among 1,000 of 10,000 entries, µs': undisturbed(few!),
    },
  }
}
