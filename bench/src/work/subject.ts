import { isDeepStrictEqual } from 'node:util'
import type { Call, Opened } from '../peers/peer.ts'
import { PAYLOADS, type Payload } from './payloads.ts'

/** A memoized function that counts its runs, with its expected results. */
export interface Subject {
  readonly call: Call
  readonly expected: readonly unknown[]
  readonly runs: () => number
}

/**
 * Memoizes the same function, from the same source text, in each process: the text is part of the key of some peers. The
 * values are made before, so that a call does not spend time on them.
 */
export async function subjectOf(opened: Opened, payload: Payload, ids: readonly number[]): Promise<Subject> {
  const values = new Map(ids.map((id) => [id, PAYLOADS[payload](id)]))
  let runs = 0
  const original: Call = (id) => {
    runs++
    return values.get(id as number)
  }
  return { call: await opened.memoize('work', original), expected: [...values.values()], runs: () => runs }
}

/** Calls once with each id, one after the other. Appends the answers to `answers`, if it is given. */
export async function callEach({ call }: Subject, ids: readonly number[], answers?: unknown[]): Promise<void> {
  for (const id of ids) {
    const answer = call(id)
    const settled = answer instanceof Promise ? await answer : answer
    answers?.push(settled)
  }
}

/** The number of answers that differ from the expected results. */
export function wrongOf({ expected }: Subject, answers: readonly unknown[]): number {
  return answers.filter((answer, index) => !isDeepStrictEqual(answer, expected[index])).length
}

/** `count` of the ids below `of`, far apart, so that a read does not load the entry of the next read. */
export function spread(count: number, of: number): number[] {
  return Array.from({ length: count }, (_, index) => (index * 7_919) % of)
}

/** The peak memory of this process, in MB. */
export function peakMemory(): number {
  return process.resourceUsage().maxRSS / 1024
}
