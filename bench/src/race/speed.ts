import { join } from 'node:path'
import type { Filled } from '../work/fill.ts'
import type { Hits } from '../work/hit.ts'
import type { Payload } from '../work/payloads.ts'
import { type Runner, work } from './runner.ts'
import { type Spread, spreadOf } from './spread.ts'

export interface Speed {
  /** Microseconds of a call that computes and stores. */
  readonly miss?: Spread
  /** Microseconds of a call in a new process, each argument for the first time. */
  readonly first?: Spread
  /** Microseconds of the same calls again. */
  readonly again?: Spread
  /** The peak memory of its processes, in MB. */
  readonly memory?: number
  /** Calls that returned another value than the function. */
  readonly wrong: number
  /** Calls that should have been hits and ran the function. */
  readonly notKept: number
  readonly failure?: string
}

export interface Sizes {
  readonly count: number
  /** The number of entries in the store. Default: only those that are read. */
  readonly of?: number
  readonly passes: number
  readonly rounds: number
}

/** Misses, then hits, of each peer in turn, each in a new process on a new folder, round after round. */
export async function speed(
  runners: readonly Runner[],
  payload: Payload,
  sizes: Sizes,
  folder: string,
): Promise<Record<string, Speed>> {
  const filled = new Map<string, Filled[]>(runners.map(({ id }) => [id, []]))
  const hits = new Map<string, Hits[]>(runners.map(({ id }) => [id, []]))
  const failures = new Map<string, string>()
  const of = sizes.of ?? sizes.count
  for (let round = 0; round < sizes.rounds; round++) {
    for (const runner of rotated(runners, round)) {
      if (failures.has(runner.id)) continue
      const place = join(folder, `${runner.id}-${payload}-${of}-${round}`)
      const miss = await work<Filled>(runner, 'fill', place, { payload, count: of })
      const hit = await work<Hits>(runner, 'hit', place, { payload, count: sizes.count, of, passes: sizes.passes })
      if (miss.result) filled.get(runner.id)!.push(miss.result)
      if (hit.result) hits.get(runner.id)!.push(hit.result)
      const failure = miss.failure ?? hit.failure
      if (failure !== undefined) failures.set(runner.id, failure)
    }
  }
  return Object.fromEntries(
    runners.map(({ id }) => [id, summary(filled.get(id)!, hits.get(id)!, failures.get(id))] as const),
  )
}

function summary(filled: readonly Filled[], hits: readonly Hits[], failure: string | undefined): Speed {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
  return {
    ...(filled.length > 0 && { miss: spreadOf(filled.map(({ micros }) => micros)) }),
    ...(hits.length > 0 && { first: spreadOf(hits.map(({ first }) => first)) }),
    ...(hits.some(({ again }) => again !== null) && { again: spreadOf(hits.map(({ again }) => again)) }),
    ...(hits.length > 0 && { memory: Math.max(...[...filled, ...hits].map(({ memory }) => memory)) }),
    wrong: sum([...filled, ...hits].map(({ wrong }) => wrong)),
    notKept: sum(hits.map(({ runs }) => runs)),
    ...(failure !== undefined && { failure }),
  }
}

/** Rotates the list, so that another one begins each round. */
function rotated<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length
  return [...list.slice(at), ...list.slice(0, at)]
}
