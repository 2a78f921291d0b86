import { isDeepStrictEqual } from 'node:util'
import type { Task } from './child.ts'
import { subjectOf } from './subject.ts'

export interface Cold {
  /** Milliseconds from the first import to the first hit. */
  readonly ms: number
  readonly wrong: number
  readonly runs: number
}

/** The first hit of a new process. */
export async function run({ load, folder }: Task<unknown>): Promise<Cold> {
  const start = performance.now()
  const opened = await (await load()).open(folder)
  const subject = await subjectOf(opened, 'record', [0])
  const result = await subject.call(0)
  const ms = performance.now() - start
  return { ms, wrong: isDeepStrictEqual(result, subject.expected[0]) ? 0 : 1, runs: subject.runs() }
}
