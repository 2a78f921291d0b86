import { isDeepStrictEqual } from 'node:util'
import type { Call, Opened } from '../peers/peer.ts'
import { PAYLOADS, type Payload } from './payloads.ts'

/** A function whose runs are counted, kept by the peer, with the values that it gives. */
export interface Subject {
  readonly call: Call
  readonly expected: readonly unknown[]
  readonly runs: () => number
}

/**
 * The same function, from the same source text, in each process: some peers make the text a part of the key.
 * Its values are made before, so that no time is spent on them in the call.
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

/** Calls once with each id, one after the other; the answers are kept where they are wanted, and only there. */
export async function callEach({ call }: Subject, ids: readonly number[], answers?: unknown[]): Promise<void> {
  for (const id of ids) {
    const answer = call(id)
    const settled = answer instanceof Promise ? await answer : answer
    answers?.push(settled)
  }
}

/** How many of the answers are not what the function gave. */
export function wrongOf({ expected }: Subject, answers: readonly unknown[]): number {
  return answers.filter((answer, index) => !isDeepStrictEqual(answer, expected[index])).length
}

/** `count` of the ids below `of`, far apart, so that nothing is near because its neighbour was read. */
export function spread(count: number, of: number): number[] {
  return Array.from({ length: count }, (_, index) => (index * 7_919) % of)
}

/** The most memory that this process ever held, in MB. */
export function peakMemory(): number {
  return process.resourceUsage().maxRSS / 1024
}
