import { median } from '../measure.ts'
import type { Task } from './child.ts'
import type { Payload } from './payloads.ts'
import { callEach, peakMemory, spread, subjectOf, wrongOf } from './subject.ts'

export interface Hits {
  /** The time of a call in a new process, each argument for the first time, with its share of the opening. */
  readonly first: number
  /** The time of a later call. A peer with a memory tier answers from there. */
  readonly again: number
  readonly memory: number
  readonly wrong: number
  /** Calls that ran the function, which are misses. */
  readonly runs: number
}

/** Calls with `count` of the `of` arguments whose results an earlier process stored. */
export async function run(task: Task<{ payload: Payload; count: number; of: number; passes: number }>): Promise<Hits> {
  const { payload, count, of, passes } = task.parameters
  const peer = await task.load()
  const ids = spread(count, of)
  const began = performance.now()
  const opened = await peer.open(task.folder)
  const opening = performance.now() - began
  const subject = await subjectOf(opened, payload, ids)
  const results: unknown[] = []
  const start = performance.now()
  await callEach(subject, ids, results)
  const first = ((performance.now() - start + opening) * 1000) / count
  const runs = subject.runs()
  const later: number[] = []
  for (let pass = 0; pass < passes; pass++) {
    const begin = performance.now()
    await callEach(subject, ids)
    later.push(((performance.now() - begin) * 1000) / count)
  }
  const memory = peakMemory()
  const wrong = wrongOf(subject, results)
  await opened.close?.()
  return { first, again: median(later), memory, wrong, runs }
}
