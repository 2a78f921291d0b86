import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import { createPersist } from '@persist/core'
import { ratios, samples, undisturbed } from '../samples.ts'
import { LARGE_VALUES } from '../work/large-values.ts'
import { measurePeaks } from './peak.ts'
import type { Found, RowId } from './rows.ts'

/** A call takes up to a second, so there are few of them. */
const MOST_BLOCKS = 3
const ROUNDS_IN_BLOCK = 4
const WARM_UP = 2

type Name = keyof typeof LARGE_VALUES

/** How a value becomes bytes by hand, and back. */
interface ByHand {
  write(value: never): string | Uint8Array
  read(path: string): unknown
  /** Reads it with a check of every byte, into memory of its own: the least that a hit does. */
  readChecked?(path: string): unknown
}

const AS_BYTES: ByHand = {
  write: (value: Uint8Array) => value,
  read: (path) => readFileSync(path),
  readChecked: (path) => {
    const bytes = readFileSync(path)
    crc32(bytes)
    return new Uint8Array(bytes)
  },
}
const AS_JSON: ByHand = {
  write: (value: unknown) => JSON.stringify(value),
  read: (path) => JSON.parse(readFileSync(path, 'utf8')),
}
const BY_V8: ByHand = { write: (value: unknown) => serialize(value), read: (path) => deserialize(readFileSync(path)) }

interface RowsOf {
  readonly miss: RowId
  readonly hit: RowId
  /** A hit, compared with the least that it does. */
  readonly straight?: RowId
  readonly byHand: ByHand
  readonly batch: number
}

/** The rows for each value. */
const ROWS_OF: Readonly<Record<Name, RowsOf>> = {
  numbers: {
    miss: 'values-numbers-miss',
    hit: 'values-numbers-hit',
    straight: 'values-numbers-straight',
    byHand: AS_BYTES,
    batch: 20,
  },
  bytes: {
    miss: 'values-bytes-miss',
    hit: 'values-bytes-hit',
    straight: 'values-bytes-straight',
    byHand: AS_BYTES,
    batch: 1,
  },
  records: { miss: 'values-records-miss', hit: 'values-records-hit', byHand: AS_JSON, batch: 1 },
  rich: { miss: 'values-rich-miss', hit: 'values-rich-hit', byHand: BY_V8, batch: 1 },
}

/** Large values in a folder with the default pickle, compared with the cheapest way to write and read them by hand. */
export async function measure(folder: string, blocks: number): Promise<Found> {
  const found: { ratios: Partial<Record<RowId, number[]>>; times: Record<string, number> } = { ratios: {}, times: {} }
  // First: on Linux the peak of a new process is at least that of the process that started it.
  const peaks = measurePeaks(folder)
  found.ratios['values-peak-miss'] = [peaks.miss]
  found.ratios['values-peak-hit'] = [peaks.hit]
  const persist = createPersist({ env: {} })
  for (const name of Object.keys(ROWS_OF) as Name[]) {
    const { miss, hit, straight, byHand, batch } = ROWS_OF[name]
    const value = LARGE_VALUES[name]()
    const cached = persist(() => value, { funcname: name, cache: `file://${folder}/cache` })
    const [temporary, target] = [join(folder, `${name}.new`), join(folder, name)]
    mkdirSync(folder, { recursive: true })
    const write = () => {
      writeFileSync(temporary, byHand.write(value as never))
      renameSync(temporary, target)
    }
    cached()
    write()
    const [ours, written, ourHits, read, checked] = await samples(
      [
        // The same steps as a miss, into the place of the last entry.
        { name: 'miss', run: () => cached.refresh() },
        { name: 'write + rename', run: write },
        { name: 'hit', run: () => cached() },
        { name: 'read', run: () => byHand.read(target) },
        ...(straight === undefined ? [] : [{ name: 'read + check', run: () => byHand.readChecked!(target) }]),
      ],
      { blocks: Math.min(blocks, MOST_BLOCKS), batch, inBlock: ROUNDS_IN_BLOCK, warmUp: WARM_UP },
    )
    found.ratios[miss] = ratios(ours!, written!, ROUNDS_IN_BLOCK)
    found.ratios[hit] = ratios(ourHits!, read!, ROUNDS_IN_BLOCK)
    if (straight !== undefined) {
      found.ratios[straight] = ratios(ourHits!, checked!, ROUNDS_IN_BLOCK)
      found.times[`reading and checking ${name} by hand, ms`] = undisturbed(checked!) / 1000
    }
    found.times[`a miss of ${name}, ms`] = undisturbed(ours!) / 1000
    found.times[`writing ${name} by hand, ms`] = undisturbed(written!) / 1000
    found.times[`a hit of ${name}, ms`] = undisturbed(ourHits!) / 1000
    found.times[`reading ${name} by hand, ms`] = undisturbed(read!) / 1000
  }
  return found
}
