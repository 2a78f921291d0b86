import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Cold } from '../work/cold.ts'
import type { Filled } from '../work/fill.ts'
import { type Runner, work } from './runner.ts'
import { type Spread, spreadOf } from './spread.ts'

export interface ColdStart {
  /** Milliseconds from the first import to the first hit. */
  readonly importToHit?: Spread
  /** Milliseconds of the whole process. */
  readonly process?: Spread
  readonly wrong: number
  readonly failure?: string
}

/** The first hit of a new process, and in the same rounds a process with nothing to do. */
export async function coldStarts(
  runners: readonly Runner[],
  rounds: number,
  folder: string,
): Promise<{ readonly peers: Record<string, ColdStart>; readonly empty: Spread }> {
  const starts = new Map<string, { cold: Cold; ms: number }[]>(runners.map(({ id }) => [id, []]))
  const failures = new Map<string, string>()
  const empty: number[] = []
  for (const runner of runners) {
    const { failure } = await work<Filled>(runner, 'fill', join(folder, runner.id), { payload: 'record', count: 5 })
    if (failure !== undefined) failures.set(runner.id, failure)
  }
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    spawnSync(process.execPath, ['--input-type=module', '-e', ''])
    empty.push(performance.now() - began)
    for (const runner of runners) {
      const { result, failure, ms } = await work<Cold>(runner, 'cold', join(folder, runner.id))
      if (result) starts.get(runner.id)!.push({ cold: result, ms })
      if (failure !== undefined) failures.set(runner.id, failure)
    }
  }
  const peers = Object.fromEntries(
    runners.map(({ id }) => {
      const all = starts.get(id)!
      const failure = failures.get(id)
      return [
        id,
        {
          ...(all.length > 0 && {
            importToHit: spreadOf(all.map(({ cold }) => cold.ms)),
            process: spreadOf(all.map(({ ms }) => ms)),
          }),
          wrong: all.filter(({ cold }) => cold.wrong + cold.runs > 0).length,
          ...(failure !== undefined && { failure }),
        },
      ]
    }),
  )
  return { peers, empty: spreadOf(empty) }
}
