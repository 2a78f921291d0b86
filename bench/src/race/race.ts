import { join } from 'node:path'
import { type ColdStart, coldStarts } from './cold.ts'
import { type Crowd, processes, together } from './crowd.ts'
import { flipped, type Harm, killed } from './damage.ts'
import type { Runner } from './runner.ts'
import { type Sizes, type Speed, speed } from './speed.ts'
import type { Spread } from './spread.ts'
import { type Fate, type Pairing, pairs, values } from './truth.ts'

type ByPeer<T> = Readonly<Record<string, T>>

/** The results of all peers for the same work on the same inputs. */
export interface RaceResult {
  readonly record: ByPeer<Speed>
  readonly megabyte: ByPeer<Speed>
  readonly floats: ByPeer<Speed>
  readonly many: ByPeer<Speed>
  readonly cold: { readonly peers: ByPeer<ColdStart>; readonly empty: Spread }
  readonly together: ByPeer<Crowd>
  readonly processes: ByPeer<Crowd>
  readonly values: ByPeer<Readonly<Record<string, Fate>>>
  readonly pairs: ByPeer<Readonly<Record<string, Pairing>>>
  readonly killed: ByPeer<Harm>
  readonly flipped: ByPeer<Harm>
}

export interface RaceSizes {
  readonly record: Sizes
  readonly megabyte: Sizes
  readonly floats: Sizes
  readonly many: Sizes
  readonly coldRounds: number
  readonly calls: number
  readonly processes: number
  readonly kills: number
  readonly flips: number
}

/** The sizes of `pnpm bench`. */
export const WHOLE: RaceSizes = {
  record: { count: 400, passes: 4, rounds: 3 },
  megabyte: { count: 5, passes: 2, rounds: 3 },
  floats: { count: 5, passes: 2, rounds: 3 },
  many: { count: 2_000, of: 10_000, passes: 0, rounds: 1 },
  coldRounds: 5,
  calls: 64,
  processes: 8,
  kills: 3,
  flips: 32,
}

/** The sizes for a test that everything runs. Its figures mean nothing. */
export const TINY: RaceSizes = {
  record: { count: 20, passes: 1, rounds: 1 },
  megabyte: { count: 2, passes: 1, rounds: 1 },
  floats: { count: 2, passes: 1, rounds: 1 },
  many: { count: 20, of: 100, passes: 0, rounds: 1 },
  coldRounds: 1,
  calls: 8,
  processes: 2,
  kills: 1,
  flips: 4,
}

/**
 * Runs all works with all peers, one process at a time, unless the work needs several. The caller removes the folder at the
 * end, because deleted files slow down the creation of new ones.
 */
export async function race(
  runners: readonly Runner[],
  sizes: RaceSizes,
  folder: string,
  print: (step: string) => void,
): Promise<RaceResult> {
  const step = <T>(name: string, run: (place: string) => Promise<T>): Promise<T> => {
    print(name)
    return run(join(folder, name.replaceAll(' ', '-')))
  }
  return {
    record: await step('1 kB record', (place) => speed(runners, 'record', sizes.record, place)),
    megabyte: await step('1 MB record', (place) => speed(runners, 'megabyte', sizes.megabyte, place)),
    floats: await step('1 MB Float64Array', (place) => speed(runners, 'floats', sizes.floats, place)),
    many: await step('many entries', (place) => speed(able(runners, 'many'), 'record', sizes.many, place)),
    cold: await step('cold start', (place) => coldStarts(runners, sizes.coldRounds, place)),
    together: await step('calls at once', (place) => together(runners, sizes.calls, place)),
    processes: await step('processes at once', (place) => processes(runners, sizes.processes, place)),
    values: await step('kinds of values', (place) => values(runners, place)),
    pairs: await step('pairs of arguments', (place) => pairs(runners, place)),
    killed: await step('killed writers', (place) => killed(runners, sizes.kills, place)),
    flipped: await step('flipped bits', (place) => flipped(runners, sizes.flips, place)),
  }
}

function able(runners: readonly Runner[], work: 'many'): Runner[] {
  return runners.filter(({ lacks }) => lacks?.[work] === undefined)
}
