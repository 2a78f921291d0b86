import type { Task } from './child.ts'
import type { Payload } from './payloads.ts'
import { callEach, peakMemory, subjectOf, wrongOf } from './subject.ts'

export interface Filled {
  /** The time of a call that computes and stores, with its share of opening and closing. */
  readonly micros: number
  readonly memory: number
  readonly wrong: number
  readonly runs: number
}

/** Calls with `count` new arguments. */
export async function run({ load, folder, parameters }: Task<{ payload: Payload; count: number }>): Promise<Filled> {
  const { payload, count } = parameters
  const peer = await load()
  const ids = Array.from({ length: count }, (_, id) => id)
  const began = performance.now()
  const opened = await peer.open(folder)
  const opening = performance.now() - began
  const subject = await subjectOf(opened, payload, ids)
  const results: unknown[] = []
  const start = performance.now()
  await callEach(subject, ids, results)
  await opened.close?.()
  const micros = ((performance.now() - start + opening) * 1000) / count
  const memory = peakMemory()
  const wrong = wrongOf(subject, results)
  return { micros, memory, wrong, runs: subject.runs() }
}
